use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;

use super::TEAM_WRITERS;
use super::membership::set_member;
use crate::access::one_of;
use crate::authenticate::Authenticated;
use crate::error::Result;
use crate::gateway::Gateway;
use crate::json::team::TeamJson;
use crate::operation::{Operation, post};
use crate::params::Params;

pub(super) fn operation() -> Operation {
    post("join_team", "/api/0/organizations/{organization}/members/{member}/teams/{team}/", join_team)
        .does("Put a member into a team")
        .by(one_of(TEAM_WRITERS).and_apps())
        .answers::<TeamJson>(201)
}

async fn join_team(
    State(gateway): State<Gateway>,
    params: Params,
    Authenticated(caller): Authenticated,
) -> Result<(StatusCode, Json<TeamJson>)> {
    set_member(&gateway, &caller, &params, true).await.map(|team| (StatusCode::CREATED, Json(team)))
}
