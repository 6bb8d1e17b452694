use axum::Json;
use axum::extract::State;
use patchbay_proto::tracker::GetTeamRequest;
use patchbay_rpc::request_as;

use super::TEAM_READERS;
use crate::access::one_of;
use crate::authenticate::Authenticated;
use crate::error::Result;
use crate::gateway::Gateway;
use crate::grpc::Answer;
use crate::json::team::TeamJson;
use crate::operation::{Operation, get};
use crate::params::Params;

pub(super) fn operation() -> Operation {
    get("get_team", "/api/0/teams/{organization}/{team}/", get_team)
        .does("Read a team")
        .by(one_of(TEAM_READERS).and_apps())
        .answers::<TeamJson>(200)
}

async fn get_team(
    State(gateway): State<Gateway>,
    params: Params,
    Authenticated(caller): Authenticated,
) -> Result<Json<TeamJson>> {
    let message = GetTeamRequest { organization: params.organization()?, team: params.team()? };
    let team = gateway.services.projects().get_team(request_as(&caller, message)).await.answer()?;
    Ok(Json(team.into()))
}
