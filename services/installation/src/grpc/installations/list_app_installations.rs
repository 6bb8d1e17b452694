use patchbay_domain::{Caller, Error};
use patchbay_proto::installation as proto;

use super::installation_message::installation_message;
use super::webhooks_state::webhooks_state;
use crate::context::Context;
use crate::domain::app::access;
use crate::domain::installation::Installation;
use crate::grpc::app_registry::find_app;
use crate::grpc::page::Page;
use crate::store::installations;

pub(super) async fn list_app_installations(
    context: &Context,
    caller: &Caller,
    request: proto::ListAppInstallationsRequest,
) -> Result<proto::ListAppInstallationsResponse, Error> {
    let app = find_app(context, caller, &request.app).await?;
    access::may_list_installations(caller, app.owner.id, app.status)?;
    let page = Page::new(request.offset, request.limit);
    let found = installations::of_app(&context.db, app.id, page.offset, page.fetched()).await;
    let (installations, has_more) = page.cut(found)?;
    let installations = installations.into_iter().map(message).collect();
    Ok(proto::ListAppInstallationsResponse { installations, has_more })
}

/// The grant code belongs to the installing organization.
fn message(installation: Installation) -> proto::AppInstallation {
    proto::AppInstallation {
        webhooks: Some(webhooks_state(&installation)),
        installation: Some(installation_message(installation, None, false)),
    }
}
