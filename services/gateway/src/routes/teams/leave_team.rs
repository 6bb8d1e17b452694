use axum::Json;
use axum::extract::State;

use super::TEAM_WRITERS;
use super::membership::set_member;
use crate::api::access::one_of;
use crate::api::authenticate::Authenticated;
use crate::api::error::Result;
use crate::api::operation::{Operation, delete};
use crate::api::params::Params;
use crate::context::Context;
use crate::json::team::TeamJson;

pub(super) fn operation() -> Operation {
    delete("leave_team", "/api/0/organizations/{organization}/members/{member}/teams/{team}/", leave_team)
        .does("Take a member out of a team")
        .by(one_of(TEAM_WRITERS).and_apps())
        .answers::<TeamJson>(200)
}

async fn leave_team(
    State(context): State<Context>,
    params: Params,
    Authenticated(caller): Authenticated,
) -> Result<Json<TeamJson>> {
    set_member(&context, &caller, &params, false).await.map(Json)
}
