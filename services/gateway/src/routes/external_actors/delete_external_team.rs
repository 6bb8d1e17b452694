use axum::extract::State;
use axum::http::StatusCode;
use patchbay_proto::issue_sync::DeleteExternalActorRequest;
use patchbay_rpc::request_as;

use crate::api::access::one_of;
use crate::api::authenticate::Authenticated;
use crate::api::body::EmptyBody;
use crate::api::error::Result;
use crate::api::operation::{Operation, delete};
use crate::api::params::Params;
use crate::context::Context;
use crate::routes::integrations::WRITERS;
use patchbay_edge::answer::Answer;

pub(super) fn operation() -> Operation {
    delete(
        "delete_external_team",
        "/api/0/teams/{organization}/{team}/external-teams/{external_actor}/",
        delete_external_team,
    )
    .does("Delete the mapping of a name at a tracker to a team")
    .by(one_of(WRITERS).and_apps())
    .answers_nothing(204)
}

async fn delete_external_team(
    State(context): State<Context>,
    params: Params,
    Authenticated(caller): Authenticated,
    _: EmptyBody,
) -> Result<StatusCode> {
    let message = DeleteExternalActorRequest {
        organization: params.organization()?,
        team: params.team()?,
        id: params.external_actor()?,
    };
    context.services.external_actors().delete_external_actor(request_as(&caller, message)).await.answer()?;
    Ok(StatusCode::NO_CONTENT)
}
