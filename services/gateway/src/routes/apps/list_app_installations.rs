use axum::Json;
use axum::extract::State;
use axum::response::IntoResponse;
use patchbay_proto::installation::ListAppInstallationsRequest;
use patchbay_rpc::request_as;

use super::WRITERS;
use crate::api::access::one_of;
use crate::api::authenticate::Authenticated;
use crate::api::error::Result;
use crate::api::operation::{Operation, get};
use crate::api::page::Paging;
use crate::api::params::Params;
use crate::context::Context;
use crate::json::app_installation::AppInstallationJson;
use crate::routes::app_refusal::refusal;
use patchbay_edge::answer::Answer;

pub(super) fn operation() -> Operation {
    get("list_app_installations", "/api/0/sentry-apps/{app}/installations/", list_app_installations)
        .does("List the organizations that installed an app")
        .by(one_of(WRITERS))
        .paged()
        .lists::<AppInstallationJson>()
}

/// Newest first, for the owner of the app. Sentry has no such operation.
async fn list_app_installations(
    State(context): State<Context>,
    params: Params,
    Authenticated(caller): Authenticated,
    paging: Paging,
) -> Result<impl IntoResponse> {
    let message =
        ListAppInstallationsRequest { app: params.app()?, offset: paging.offset(), limit: paging.size() };
    let request = request_as(&caller, message);
    let answer = context.services.installations().list_app_installations(request).await.answer();
    let answer = answer.map_err(|error| refusal(error, &caller))?;
    let installations: Vec<_> =
        answer.installations.into_iter().filter_map(AppInstallationJson::new).collect();
    Ok(paging.page(answer.has_more, Json(installations)))
}
