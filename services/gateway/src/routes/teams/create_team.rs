use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use patchbay_proto::tracker::CreateTeamRequest;
use patchbay_rpc::request_as;

use super::TEAM_WRITERS;
use crate::api::access::one_of;
use crate::api::authenticate::Authenticated;
use crate::api::body::JsonBody;
use crate::api::error::Result;
use crate::api::key::{RequestBody, request_body, text};
use crate::api::operation::{Operation, post};
use crate::api::params::Params;
use crate::context::Context;
use crate::json::team::TeamJson;
use patchbay_edge::answer::Answer;

request_body! {
    /// A new team.
    NewTeam {
        name: Option<String> = text("name"),
        slug: Option<String> = text("slug"),
    } only, ignoring []
}

pub(super) fn operation() -> Operation {
    post("create_team", "/api/0/organizations/{organization}/teams/", create_team)
        .does("Start a team")
        .by(one_of(TEAM_WRITERS).and_apps())
        .takes::<NewTeam>()
        .answers::<TeamJson>(201)
        .refuses(409)
}

async fn create_team(
    State(context): State<Context>,
    params: Params,
    Authenticated(caller): Authenticated,
    JsonBody(fields): JsonBody,
) -> Result<(StatusCode, Json<TeamJson>)> {
    let NewTeam { name, slug } = NewTeam::read(fields)?;
    let message = CreateTeamRequest {
        organization: params.organization()?,
        name: name.unwrap_or_default(),
        slug: slug.unwrap_or_default(),
    };
    let team = context.services.projects().create_team(request_as(&caller, message)).await.answer()?;
    Ok((StatusCode::CREATED, Json(team.into())))
}
