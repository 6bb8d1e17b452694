use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, Uri};
use axum::response::{AppendHeaders, IntoResponse, Response};
use patchbay_domain::Caller;
use patchbay_proto::tracker::{
    CreateTeamRequest, DeleteTeamRequest, GetTeamRequest, ListTeamsRequest, SetTeamMemberRequest,
};
use patchbay_rpc::request_as;

use crate::authenticate::Authenticated;
use crate::body::JsonBody;
use crate::error::Result;
use crate::gateway::Gateway;
use crate::grpc::Answer;
use crate::json::team::TeamJson;
use crate::page::Page;
use crate::params::Params;
use crate::query::Query;

/// `GET /api/0/organizations/{organization}/teams/`: by slug.
pub(crate) async fn list_teams(
    State(gateway): State<Gateway>,
    uri: Uri,
    params: Params,
    query: Query,
    Authenticated(caller): Authenticated,
) -> Result<Response> {
    let page = Page::read(&query)?;
    let organization = params.organization()?;
    let message = ListTeamsRequest { organization, offset: page.offset(), limit: page.size() };
    let answer = gateway.services.projects().list_teams(request_as(&caller, message)).await.answer()?;
    let teams: Vec<TeamJson> = answer.teams.into_iter().map(Into::into).collect();
    let url = format!("{}{}", gateway.config.base_url(), uri.path());
    Ok((AppendHeaders(page.link(&url, &query, answer.has_more)), Json(teams)).into_response())
}

/// `POST /api/0/organizations/{organization}/teams/`
pub(crate) async fn create_team(
    State(gateway): State<Gateway>,
    params: Params,
    Authenticated(caller): Authenticated,
    JsonBody(mut fields): JsonBody,
) -> Result<(StatusCode, Json<TeamJson>)> {
    let (name, slug) = (fields.text("name").unwrap_or_default(), fields.text("slug").unwrap_or_default());
    fields.finish()?;
    let message = CreateTeamRequest { organization: params.organization()?, name, slug };
    let team = gateway.services.projects().create_team(request_as(&caller, message)).await.answer()?;
    Ok((StatusCode::CREATED, Json(team.into())))
}

/// `GET /api/0/teams/{organization}/{team}/`
pub(crate) async fn get_team(
    State(gateway): State<Gateway>,
    params: Params,
    Authenticated(caller): Authenticated,
) -> Result<Json<TeamJson>> {
    let message = GetTeamRequest { organization: params.organization()?, team: params.team()? };
    let team = gateway.services.projects().get_team(request_as(&caller, message)).await.answer()?;
    Ok(Json(team.into()))
}

/// `DELETE /api/0/teams/{organization}/{team}/`
pub(crate) async fn delete_team(
    State(gateway): State<Gateway>,
    params: Params,
    Authenticated(caller): Authenticated,
) -> Result<StatusCode> {
    let message = DeleteTeamRequest { organization: params.organization()?, team: params.team()? };
    gateway.services.projects().delete_team(request_as(&caller, message)).await.answer()?;
    Ok(StatusCode::NO_CONTENT)
}

/// `POST /api/0/organizations/{organization}/members/{member}/teams/{team}/`
pub(crate) async fn join_team(
    State(gateway): State<Gateway>,
    params: Params,
    Authenticated(caller): Authenticated,
) -> Result<(StatusCode, Json<TeamJson>)> {
    set_member(&gateway, &caller, &params, true).await.map(|team| (StatusCode::CREATED, Json(team)))
}

/// `DELETE /api/0/organizations/{organization}/members/{member}/teams/{team}/`
pub(crate) async fn leave_team(
    State(gateway): State<Gateway>,
    params: Params,
    Authenticated(caller): Authenticated,
) -> Result<Json<TeamJson>> {
    set_member(&gateway, &caller, &params, false).await.map(Json)
}

async fn set_member(
    gateway: &Gateway,
    caller: &Caller,
    params: &Params,
    is_member: bool,
) -> Result<TeamJson> {
    let message = SetTeamMemberRequest {
        organization: params.organization()?,
        team: params.team()?,
        user_id: params.member(caller)?,
        is_member,
    };
    let team = gateway.services.projects().set_team_member(request_as(caller, message)).await.answer()?;
    Ok(team.into())
}
