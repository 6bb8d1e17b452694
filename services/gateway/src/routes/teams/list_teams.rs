use axum::Json;
use axum::extract::State;
use axum::http::Uri;
use axum::response::{AppendHeaders, IntoResponse, Response};
use patchbay_proto::tracker::ListTeamsRequest;
use patchbay_rpc::request_as;

use super::TEAM_READERS;
use crate::api::access::one_of;
use crate::api::authenticate::Authenticated;
use crate::api::error::Result;
use crate::api::operation::{Operation, get};
use crate::api::page::Page;
use crate::api::params::Params;
use crate::api::query::Query;
use crate::context::Context;
use crate::edge::answer::Answer;
use crate::json::team::TeamJson;

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
    uri: Uri,
    params: Params,
    query: Query,
    Authenticated(caller): Authenticated,
) -> Result<Response> {
    let page = Page::read(&query)?;
    let organization = params.organization()?;
    let message = ListTeamsRequest { organization, offset: page.offset(), limit: page.size() };
    let answer = context.services.projects().list_teams(request_as(&caller, message)).await.answer()?;
    let teams: Vec<TeamJson> = answer.teams.into_iter().map(Into::into).collect();
    let url = format!("{}{}", context.config.base_url(), uri.path());
    Ok((AppendHeaders(page.link(&url, &query, answer.has_more)), Json(teams)).into_response())
}
