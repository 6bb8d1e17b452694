use axum::Json;
use axum::extract::State;

use super::PROJECT_WRITERS;
use super::access::set_access;
use crate::api::access::one_of;
use crate::api::authenticate::Authenticated;
use crate::api::error::Result;
use crate::api::operation::{Operation, delete};
use crate::api::params::Params;
use crate::context::Context;
use crate::json::project::ProjectJson;

pub(super) fn operation() -> Operation {
    delete("take_access", "/api/0/projects/{organization}/{project}/teams/{team}/", take_access)
        .does("Take a team's access to a project away")
        .by(one_of(PROJECT_WRITERS).and_apps())
        .answers::<ProjectJson>(200)
}

async fn take_access(
    State(context): State<Context>,
    params: Params,
    Authenticated(caller): Authenticated,
) -> Result<Json<ProjectJson>> {
    set_access(&context, &caller, &params, false).await.map(Json)
}
