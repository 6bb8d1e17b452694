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
use crate::api::operation::{Operation, put};
use crate::api::params::Params;
use crate::api::schema::{Kind, optional};
use crate::context::Context;
use crate::edge::answer::Answer;
use crate::json::project::ProjectJson;

pub(super) fn operation() -> Operation {
    put("update_project", "/api/0/projects/{organization}/{project}/", update_project)
        .does("Change a project")
        .by(one_of(PROJECT_WRITERS).and_apps())
        .takes(&[
            optional("name", Kind::Text),
            optional("slug", Kind::Text),
            optional("platform", Kind::Text),
        ])
        .answers::<ProjectJson>(200)
        .refuses(409)
}

/// What is left out stays.
async fn update_project(
    State(context): State<Context>,
    params: Params,
    Authenticated(caller): Authenticated,
    JsonBody(mut fields): JsonBody,
) -> Result<Json<ProjectJson>> {
    let message = UpdateProjectRequest {
        organization: params.organization()?,
        project: params.project()?,
        name: fields.text("name"),
        slug: fields.text("slug"),
        platform: fields.text_or_blank("platform"),
    };
    fields.finish()?;
    let project = context.services.projects().update_project(request_as(&caller, message)).await.answer()?;
    Ok(Json(with_owner(&context, project).await?))
}
