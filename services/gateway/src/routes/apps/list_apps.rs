use axum::extract::State;
use axum::response::IntoResponse;
use patchbay_proto::installation::{AppFilter, ListAppsRequest};
use patchbay_rpc::request_as;

use super::STATUS;
use crate::api::access::USERS;
use crate::api::authenticate::Authenticated;
use crate::api::error::Result;
use crate::api::operation::{Operation, get};
use crate::api::page::Paging;
use crate::api::params::Params;
use crate::api::query::Query;
use crate::context::Context;
use crate::json::app::AppJson;
use patchbay_edge::answer::Answer;

pub(super) fn operation() -> Operation {
    get("list_apps", "/api/0/sentry-apps/", list_apps)
        .does("List published apps, or those of one's own organizations")
        .by(USERS.and_apps())
        .asks(STATUS)
        .paged()
        .lists::<AppJson>()
}

/// Newest first.
pub(super) async fn list_apps(
    State(context): State<Context>,
    params: Params,
    query: Query,
    Authenticated(caller): Authenticated,
    paging: Paging,
) -> Result<impl IntoResponse> {
    let message = ListAppsRequest {
        filter: filter(query.get("status")).into(),
        organization: params.organization_or_any()?,
        offset: paging.offset(),
        limit: paging.size(),
    };
    let answer = context.services.apps().list_apps(request_as(&caller, message)).await.answer()?;
    let base_url = context.config.base_url();
    Ok(paging.cut_list(answer.has_more, answer.apps.into_iter().map(|app| AppJson::new(app, base_url))))
}

/// An unknown status does not filter.
fn filter(status: Option<&str>) -> AppFilter {
    match status {
        Some("published") => AppFilter::Published,
        Some("unpublished") => AppFilter::Unpublished,
        Some("internal") => AppFilter::Internal,
        Some("publish_request_inprogress") => AppFilter::PublishRequestInprogress,
        Some("deletion_in_progress") => AppFilter::DeletionInProgress,
        _ => AppFilter::Unspecified,
    }
}
