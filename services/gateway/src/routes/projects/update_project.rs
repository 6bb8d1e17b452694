use axum::Json;
use axum::extract::State;
use patchbay_proto::tracker::UpdateProjectRequest;
use patchbay_rpc::request_as;

use super::PROJECT_WRITERS;
use super::owner::with_owner;
use crate::api::access::one_of;
use crate::api::authenticate::Authenticated;
use crate::api::body::JsonBody;
use crate::api::error::Result;
use crate::api::key::{RequestBody, request_body, text, text_or_blank};
use crate::api::operation::{Operation, put};
use crate::api::params::Params;
use crate::context::Context;
use crate::json::project::ProjectJson;
use patchbay_edge::answer::Answer;

request_body! {
    /// Every key may be left out.
    ProjectChanges {
        name: Option<String> = text("name"),
        slug: Option<String> = text("slug"),
        platform: Option<String> = text_or_blank("platform"),
    } only, ignoring ["id", "organization"]
}

pub(super) fn operation() -> Operation {
    put("update_project", "/api/0/projects/{organization}/{project}/", update_project)
        .does("Change a project")
        .by(one_of(PROJECT_WRITERS).and_apps())
        .takes::<ProjectChanges>()
        .answers::<ProjectJson>(200)
        .refuses(409)
}

/// Keys that are left out stay as they are.
async fn update_project(
    State(context): State<Context>,
    params: Params,
    Authenticated(caller): Authenticated,
    JsonBody(fields): JsonBody,
) -> Result<Json<ProjectJson>> {
    let (organization, project) = (params.organization()?, params.project()?);
    let ProjectChanges { name, slug, platform } = ProjectChanges::read(fields)?;
    let message = UpdateProjectRequest { organization, project, name, slug, platform };
    let project = context.services.projects().update_project(request_as(&caller, message)).await.answer()?;
    Ok(Json(with_owner(&context, project).await?))
}
