use axum::extract::State;
use axum::response::IntoResponse;
use patchbay_proto::tracker::ListTeamsRequest;
use patchbay_rpc::request_as;

use super::TEAM_READERS;
use crate::api::access::one_of;
use crate::api::authenticate::Authenticated;
use crate::api::error::Result;
use crate::api::operation::{Operation, get};
use crate::api::page::Paging;
use crate::api::params::Params;
use crate::context::Context;
use crate::json::team::TeamJson;
use patchbay_edge::answer::Answer;

pub(super) fn operation() -> Operation {
    get("list_teams", "/api/0/organizations/{organization}/teams/", list_teams)
        .does("List the teams of an organization")
        .by(one_of(TEAM_READERS).and_apps())
        .paged()
        .lists::<TeamJson>()
}

/// By slug.
async fn list_teams(
    State(context): State<Context>,
    params: Params,
    Authenticated(caller): Authenticated,
    paging: Paging,
) -> Result<impl IntoResponse> {
    let organization = params.organization()?;
    let message = ListTeamsRequest { organization, offset: paging.offset(), limit: paging.size() };
    let answer = context.services.projects().list_teams(request_as(&caller, message)).await.answer()?;
    Ok(paging.list(answer.has_more, answer.teams.into_iter().map(TeamJson::from)))
}
