use axum::extract::State;
use axum::response::IntoResponse;
use patchbay_proto::installation::ListStatsRequest;
use patchbay_rpc::request_as;

use crate::api::access::SUPERUSERS;
use crate::api::authenticate::Authenticated;
use crate::api::error::Result;
use crate::api::operation::{Operation, get};
use crate::api::page::Paging;
use crate::context::Context;
use crate::json::app_stats::AppInstallsJson;
use patchbay_edge::answer::Answer;

pub(super) fn operation() -> Operation {
    get("list_app_stats", "/api/0/sentry-apps-stats/", list_app_stats)
        .does("Count the installations of every app")
        .by(SUPERUSERS.and_staff())
        .paged()
        .lists::<AppInstallsJson>()
}

/// Most installed first.
async fn list_app_stats(
    State(context): State<Context>,
    Authenticated(caller): Authenticated,
    paging: Paging,
) -> Result<impl IntoResponse> {
    let request = request_as(&caller, ListStatsRequest { offset: paging.offset(), limit: paging.size() });
    let answer = context.services.apps().list_stats(request).await.answer()?;
    let base_url = context.config.base_url();
    let apps = answer.apps.into_iter().map(|app| AppInstallsJson::new(app, base_url));
    Ok(paging.list(answer.has_more, apps))
}
