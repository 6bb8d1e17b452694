use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use patchbay_proto::issue_sync::CreateExternalActorRequest;
use patchbay_rpc::request_as;

use super::body::ExternalTeamBody;
use crate::api::access::one_of;
use crate::api::authenticate::Authenticated;
use crate::api::body::JsonBody;
use crate::api::error::Result;
use crate::api::key::RequestBody;
use crate::api::operation::{Operation, post};
use crate::api::params::Params;
use crate::context::Context;
use crate::json::external_actor::ExternalActorJson;
use crate::routes::integrations::WRITERS;
use patchbay_edge::answer::Answer;

pub(super) fn operation() -> Operation {
    post("create_external_team", "/api/0/teams/{organization}/{team}/external-teams/", create_external_team)
        .does("Map a name at a tracker to a team")
        .by(one_of(WRITERS).and_apps())
        .takes_only::<ExternalTeamBody>()
        .answers::<ExternalActorJson>(201)
        .answers::<ExternalActorJson>(200)
        .refuses(409)
}

/// 200 if it was mapped before.
async fn create_external_team(
    State(context): State<Context>,
    params: Params,
    Authenticated(caller): Authenticated,
    JsonBody(mut fields): JsonBody,
) -> Result<(StatusCode, Json<ExternalActorJson>)> {
    let body = ExternalTeamBody::read_from(&mut fields);
    fields.finish()?;
    let message = CreateExternalActorRequest {
        organization: params.organization()?,
        team: params.team()?,
        user_id: None,
        external_name: body.external_name,
        external_id: body.external_id,
        provider: body.provider,
        integration_id: body.integration_id,
    };
    let made = context
        .services
        .external_actors()
        .create_external_actor(request_as(&caller, message))
        .await
        .answer()?;
    let status = if made.is_new { StatusCode::CREATED } else { StatusCode::OK };
    Ok((status, Json(made.external_actor.unwrap_or_default().into())))
}
