use axum::extract::State;
use axum::http::StatusCode;
use patchbay_proto::tracker::DeleteProjectRequest;
use patchbay_rpc::request_as;

use super::PROJECT_DELETERS;
use crate::api::access::one_of;
use crate::api::authenticate::Authenticated;
use crate::api::error::Result;
use crate::api::operation::{Operation, delete};
use crate::api::params::Params;
use crate::context::Context;
use patchbay_edge::answer::Answer;

pub(super) fn operation() -> Operation {
    delete("delete_project", "/api/0/projects/{organization}/{project}/", delete_project)
        .does("Delete a project")
        .by(one_of(PROJECT_DELETERS).and_apps())
        .answers_nothing(204)
}

/// The issues and errors of the project are deleted in the background.
async fn delete_project(
    State(context): State<Context>,
    params: Params,
    Authenticated(caller): Authenticated,
) -> Result<StatusCode> {
    let message = DeleteProjectRequest { organization: params.organization()?, project: params.project()? };
    context.services.projects().delete_project(request_as(&caller, message)).await.answer()?;
    Ok(StatusCode::NO_CONTENT)
}
