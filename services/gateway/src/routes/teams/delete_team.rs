use axum::extract::State;
use axum::http::StatusCode;
use patchbay_proto::tracker::DeleteTeamRequest;
use patchbay_rpc::request_as;

use super::TEAM_DELETERS;
use crate::api::access::one_of;
use crate::api::authenticate::Authenticated;
use crate::api::error::Result;
use crate::api::operation::{Operation, delete};
use crate::api::params::Params;
use crate::context::Context;
use patchbay_edge::answer::Answer;

pub(super) fn operation() -> Operation {
    delete("delete_team", "/api/0/teams/{organization}/{team}/", delete_team)
        .does("Delete a team")
        .by(one_of(TEAM_DELETERS).and_apps())
        .answers_nothing(204)
}

async fn delete_team(
    State(context): State<Context>,
    params: Params,
    Authenticated(caller): Authenticated,
) -> Result<StatusCode> {
    let message = DeleteTeamRequest { organization: params.organization()?, team: params.team()? };
    context.services.projects().delete_team(request_as(&caller, message)).await.answer()?;
    Ok(StatusCode::NO_CONTENT)
}
