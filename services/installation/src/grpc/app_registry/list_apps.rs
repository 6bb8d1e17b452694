use patchbay_domain::{Caller, Error};
use patchbay_proto::installation as proto;
use patchbay_proto::installation::AppFilter;

use super::app_message::app_messages;
use crate::context::Context;
use crate::domain::app::AppStatus;
use crate::domain::app::access;
use crate::grpc::organizations;
use crate::grpc::page::Page;
use crate::store::app_lists::{self, Which};

pub(super) async fn list_apps(
    context: &Context,
    caller: &Caller,
    request: proto::ListAppsRequest,
) -> Result<proto::ListAppsResponse, Error> {
    if matches!(caller, Caller::Anonymous) {
        return Err(Error::no_credentials());
    }
    let status = status(request.filter());
    let which = if request.organization.is_empty() {
        of_all(caller, status)
    } else {
        let organization = organizations::of_reader(context, caller, &request.organization).await?;
        access::may_list(caller, organization.id)?;
        Which::OfOne(organization.id, status)
    };
    let which = &which;
    let fetch = |offset, limit| async move {
        let apps = app_lists::list(&context.db, which, offset, limit).await?;
        app_messages(context, caller, apps).await
    };
    let (apps, has_more) = Page::new(request.offset, request.limit).collect(fetch).await?;
    Ok(proto::ListAppsResponse { apps, has_more })
}

/// Every caller sees published apps; members of an organization also see its other apps.
fn of_all(caller: &Caller, status: Option<AppStatus>) -> Which {
    match status {
        Some(AppStatus::Published) => Which::InStatus(AppStatus::Published),
        Some(status @ (AppStatus::Unpublished | AppStatus::Internal)) if access::reads_all(caller) => {
            Which::InStatus(status)
        }
        Some(status @ (AppStatus::Unpublished | AppStatus::Internal)) => {
            Which::Of(status, access::homes(caller))
        }
        _ if access::reads_all(caller) => Which::All,
        _ => Which::InStatus(AppStatus::Published),
    }
}

fn status(filter: AppFilter) -> Option<AppStatus> {
    match filter {
        AppFilter::Unspecified => None,
        AppFilter::Published => Some(AppStatus::Published),
        AppFilter::Unpublished => Some(AppStatus::Unpublished),
        AppFilter::Internal => Some(AppStatus::Internal),
        AppFilter::PublishRequestInprogress => Some(AppStatus::PublishRequestInProgress),
        AppFilter::DeletionInProgress => Some(AppStatus::DeletionInProgress),
    }
}
