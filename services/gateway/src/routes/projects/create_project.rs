use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use patchbay_proto::tracker::CreateProjectRequest;
use patchbay_rpc::request_as;

use super::PROJECT_WRITERS;
use super::owner::with_owner;
use crate::api::access::one_of;
use crate::api::authenticate::Authenticated;
use crate::api::body::JsonBody;
use crate::api::error::Result;
use crate::api::key::{RequestBody, request_body, required_text, text, text_or_blank};
use crate::api::operation::{Operation, post};
use crate::api::params::Params;
use crate::context::Context;
use crate::json::project::ProjectJson;
use patchbay_edge::answer::Answer;

request_body! {
    /// A new project.
    NewProject {
        name: String = required_text("name"),
        slug: Option<String> = text("slug"),
        platform: Option<String> = text_or_blank("platform"),
    } only, ignoring []
}

pub(super) fn operation() -> Operation {
    described(post("create_project", "/api/0/organizations/{organization}/projects/", create_project))
}

/// The description that the operations with this handler share.
pub(super) fn described(operation: Operation) -> Operation {
    operation
        .does("Start a project")
        .by(one_of(PROJECT_WRITERS))
        .takes::<NewProject>()
        .answers::<ProjectJson>(201)
        .refuses(409)
}

/// Below a team, that team gets access to the project.
pub(super) async fn create_project(
    State(context): State<Context>,
    params: Params,
    Authenticated(caller): Authenticated,
    JsonBody(fields): JsonBody,
) -> Result<(StatusCode, Json<ProjectJson>)> {
    let organization = params.organization()?;
    let project = NewProject::read(fields)?;
    let message = CreateProjectRequest {
        organization,
        name: project.name,
        slug: project.slug.unwrap_or_default(),
        platform: project.platform.unwrap_or_default(),
        team: params.team().unwrap_or_default(),
    };
    let project = context.services.projects().create_project(request_as(&caller, message)).await.answer()?;
    Ok((StatusCode::CREATED, Json(with_owner(&context, project).await?)))
}
