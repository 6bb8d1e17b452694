use axum::Json;
use axum::extract::State;
use patchbay_proto::installation::GetProjectFilterRequest;
use patchbay_rpc::request_as;

use super::READERS;
use crate::access::one_of;
use crate::authenticate::Authenticated;
use crate::error::Result;
use crate::gateway::Gateway;
use crate::grpc::Answer;
use crate::json::hook_project::{HookProjectJson, hook_projects};
use crate::operation::{Operation, get};
use crate::params::Params;

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
    State(gateway): State<Gateway>,
    params: Params,
    Authenticated(caller): Authenticated,
) -> Result<Json<Vec<HookProjectJson>>> {
    let request = request_as(&caller, GetProjectFilterRequest { uuid: params.installation()? });
    let filter = gateway.services.installations().get_project_filter(request).await.answer()?;
    Ok(Json(hook_projects(filter)))
}
