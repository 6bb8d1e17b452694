use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;

use super::PROJECT_WRITERS;
use super::access::set_access;
use crate::api::access::one_of;
use crate::api::authenticate::Authenticated;
use crate::api::error::Result;
use crate::api::operation::{Operation, post};
use crate::api::params::Params;
use crate::context::Context;
use crate::json::project::ProjectJson;

pub(super) fn operation() -> Operation {
    post("give_access", "/api/0/projects/{organization}/{project}/teams/{team}/", give_access)
        .does("Give a team access to a project")
        .by(one_of(PROJECT_WRITERS).and_apps())
        .answers::<ProjectJson>(201)
}

async fn give_access(
    State(context): State<Context>,
    params: Params,
    Authenticated(caller): Authenticated,
) -> Result<(StatusCode, Json<ProjectJson>)> {
    let project = set_access(&context, &caller, &params, true).await?;
    Ok((StatusCode::CREATED, Json(project)))
}
