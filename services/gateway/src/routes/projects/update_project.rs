use axum::Json;
use axum::extract::State;
use patchbay_proto::tracker::UpdateProjectRequest;
use patchbay_rpc::request_as;

use super::PROJECT_WRITERS;
use super::owner::with_owner;
use crate::access::one_of;
use crate::authenticate::Authenticated;
use crate::body::JsonBody;
use crate::error::Result;
use crate::field::{Kind, optional};
use crate::gateway::Gateway;
use crate::grpc::Answer;
use crate::json::project::ProjectJson;
use crate::operation::{Operation, put};
use crate::params::Params;

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
    State(gateway): State<Gateway>,
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
    let project = gateway.services.projects().update_project(request_as(&caller, message)).await.answer()?;
    Ok(Json(with_owner(&gateway, project).await?))
}
