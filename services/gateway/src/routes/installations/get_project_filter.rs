use axum::Json;
use axum::extract::State;
use patchbay_proto::installation::GetProjectFilterRequest;
use patchbay_rpc::request_as;

use super::READERS;
use crate::api::access::one_of;
use crate::api::authenticate::Authenticated;
use crate::api::error::Result;
use crate::api::operation::{Operation, get};
use crate::api::params::Params;
use crate::context::Context;
use crate::json::hook_project::{HookProjectJson, hook_projects};
use patchbay_edge::answer::Answer;

pub(super) fn operation() -> Operation {
    get(
        "get_project_filter",
        "/api/0/sentry-app-installations/{installation}/service-hook-projects/",
        get_project_filter,
    )
    .does("List the projects whose new issues and errors are sent")
    .by(one_of(READERS).and_the_app())
    .lists::<HookProjectJson>()
}

async fn get_project_filter(
    State(context): State<Context>,
    params: Params,
    Authenticated(caller): Authenticated,
) -> Result<Json<Vec<HookProjectJson>>> {
    let request = request_as(&caller, GetProjectFilterRequest { uuid: params.installation()? });
    let filter = context.services.installations().get_project_filter(request).await.answer()?;
    Ok(Json(hook_projects(filter)))
}
