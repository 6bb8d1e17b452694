use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;

use super::TEAM_WRITERS;
use super::membership::set_member;
use crate::api::access::one_of;
use crate::api::authenticate::Authenticated;
use crate::api::error::Result;
use crate::api::operation::{Operation, post};
use crate::api::params::Params;
use crate::context::Context;
use crate::json::team::TeamJson;

pub(super) fn operation() -> Operation {
    post("join_team", "/api/0/organizations/{organization}/members/{member}/teams/{team}/", join_team)
        .does("Put a member into a team")
        .by(one_of(TEAM_WRITERS).and_apps())
        .answers::<TeamJson>(201)
}

async fn join_team(
    State(context): State<Context>,
    params: Params,
    Authenticated(caller): Authenticated,
) -> Result<(StatusCode, Json<TeamJson>)> {
    set_member(&context, &caller, &params, true).await.map(|team| (StatusCode::CREATED, Json(team)))
}
