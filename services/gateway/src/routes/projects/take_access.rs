use axum::Json;
use axum::extract::State;

use super::PROJECT_WRITERS;
use super::access::set_access;
use crate::access::one_of;
use crate::authenticate::Authenticated;
use crate::error::Result;
use crate::gateway::Gateway;
use crate::json::project::ProjectJson;
use crate::operation::{Operation, delete};
use crate::params::Params;

pub(super) fn operation() -> Operation {
    delete("take_access", "/api/0/projects/{organization}/{project}/teams/{team}/", take_access)
        .does("Take a team's access to a project away")
        .by(one_of(PROJECT_WRITERS).and_apps())
        .answers::<ProjectJson>(200)
}

async fn take_access(
    State(gateway): State<Gateway>,
    params: Params,
    Authenticated(caller): Authenticated,
) -> Result<Json<ProjectJson>> {
    set_access(&gateway, &caller, &params, false).await.map(Json)
}
