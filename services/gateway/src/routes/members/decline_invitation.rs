use axum::extract::State;
use axum::http::StatusCode;
use patchbay_proto::tracker::DeclineInvitationRequest;
use patchbay_rpc::request_as;

use crate::api::access::USERS;
use crate::api::authenticate::Authenticated;
use crate::api::error::Result;
use crate::api::operation::{Operation, post};
use crate::api::params::Params;
use crate::context::Context;
use patchbay_edge::answer::Answer;

pub(super) fn operation() -> Operation {
    post(
        "decline_invitation",
        "/api/0/organizations/{organization}/members/{member}/decline/",
        decline_invitation,
    )
    .does("Decline an invitation, as the invited user")
    .by(USERS)
    .answers_nothing(204)
}

async fn decline_invitation(
    State(context): State<Context>,
    params: Params,
    Authenticated(caller): Authenticated,
) -> Result<StatusCode> {
    let message =
        DeclineInvitationRequest { organization: params.organization()?, id: params.member(&caller)? };
    context.services.directory().decline_invitation(request_as(&caller, message)).await.answer()?;
    Ok(StatusCode::NO_CONTENT)
}
