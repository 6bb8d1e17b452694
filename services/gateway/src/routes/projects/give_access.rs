use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;

use super::PROJECT_WRITERS;
use super::access::set_access;
use crate::access::one_of;
use crate::authenticate::Authenticated;
use crate::error::Result;
use crate::gateway::Gateway;
use crate::json::project::ProjectJson;
use crate::operation::{Operation, post};
use crate::params::Params;

pub(super) fn operation() -> Operation {
    post("give_access", "/api/0/projects/{organization}/{project}/teams/{team}/", give_access)
        .does("Give a team access to a project")
        .by(one_of(PROJECT_WRITERS).and_apps())
        .answers::<ProjectJson>(201)
}

async fn give_access(
    State(gateway): State<Gateway>,
    params: Params,
    Authenticated(caller): Authenticated,
) -> Result<(StatusCode, Json<ProjectJson>)> {
    let project = set_access(&gateway, &caller, &params, true).await?;
    Ok((StatusCode::CREATED, Json(project)))
}
