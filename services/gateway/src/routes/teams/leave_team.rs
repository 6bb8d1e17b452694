use axum::Json;
use axum::extract::State;

use super::TEAM_WRITERS;
use super::membership::set_member;
use crate::access::one_of;
use crate::authenticate::Authenticated;
use crate::error::Result;
use crate::gateway::Gateway;
use crate::json::team::TeamJson;
use crate::operation::{Operation, delete};
use crate::params::Params;

pub(super) fn operation() -> Operation {
    delete("leave_team", "/api/0/organizations/{organization}/members/{member}/teams/{team}/", leave_team)
        .does("Take a member out of a team")
        .by(one_of(TEAM_WRITERS).and_apps())
        .answers::<TeamJson>(200)
}

async fn leave_team(
    State(gateway): State<Gateway>,
    params: Params,
    Authenticated(caller): Authenticated,
) -> Result<Json<TeamJson>> {
    set_member(&gateway, &caller, &params, false).await.map(Json)
}
