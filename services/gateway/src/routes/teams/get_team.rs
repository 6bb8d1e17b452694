use axum::Json;
use axum::extract::State;
use patchbay_proto::tracker::GetTeamRequest;
use patchbay_rpc::request_as;

use super::TEAM_READERS;
use crate::api::access::one_of;
use crate::api::authenticate::Authenticated;
use crate::api::error::Result;
use crate::api::operation::{Operation, get};
use crate::api::params::Params;
use crate::context::Context;
use crate::json::team::TeamJson;
use patchbay_edge::answer::Answer;

pub(super) fn operation() -> Operation {
    get("get_team", "/api/0/teams/{organization}/{team}/", get_team)
        .does("Read a team")
        .by(one_of(TEAM_READERS).and_apps())
        .answers::<TeamJson>(200)
}

async fn get_team(
    State(context): State<Context>,
    params: Params,
    Authenticated(caller): Authenticated,
) -> Result<Json<TeamJson>> {
    let message = GetTeamRequest { organization: params.organization()?, team: params.team()? };
    let team = context.services.projects().get_team(request_as(&caller, message)).await.answer()?;
    Ok(Json(team.into()))
}
