use axum::Json;
use axum::extract::State;
use patchbay_proto::tracker::GetProjectRequest;
use patchbay_rpc::request_as;

use super::PROJECT_READERS;
use super::owner::with_owner;
use crate::api::access::one_of;
use crate::api::authenticate::Authenticated;
use crate::api::error::Result;
use crate::api::operation::{Operation, get};
use crate::api::params::Params;
use crate::context::Context;
use crate::json::project::ProjectJson;
use patchbay_edge::answer::Answer;

pub(super) fn operation() -> Operation {
    get("get_project", "/api/0/projects/{organization}/{project}/", get_project)
        .does("Read a project")
        .by(one_of(PROJECT_READERS).and_apps())
        .answers::<ProjectJson>(200)
}

async fn get_project(
    State(context): State<Context>,
    params: Params,
    Authenticated(caller): Authenticated,
) -> Result<Json<ProjectJson>> {
    let message = GetProjectRequest { organization: params.organization()?, project: params.project()? };
    let project = context.services.projects().get_project(request_as(&caller, message)).await.answer()?;
    Ok(Json(with_owner(&context, project).await?))
}
