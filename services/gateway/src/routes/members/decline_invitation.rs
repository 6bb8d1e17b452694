use axum::extract::State;
use axum::http::StatusCode;
use patchbay_proto::tracker::DeclineInvitationRequest;
use patchbay_rpc::request_as;

use crate::access::USERS;
use crate::authenticate::Authenticated;
use crate::error::Result;
use crate::gateway::Gateway;
use crate::grpc::Answer;
use crate::operation::{Operation, post};
use crate::params::Params;

pub(super) fn operation() -> Operation {
    post(
        "decline_invitation",
        "/api/0/organizations/{organization}/members/{member}/decline/",
        decline_invitation,
    )
    .does("Decline an invitation, as the one who is invited")
    .by(USERS)
    .answers_nothing(204)
}

/// The invited does not want to become a member.
async fn decline_invitation(
    State(gateway): State<Gateway>,
    params: Params,
    Authenticated(caller): Authenticated,
) -> Result<StatusCode> {
    let asked =
        DeclineInvitationRequest { organization: params.organization()?, id: params.member(&caller)? };
    gateway.services.directory().decline_invitation(request_as(&caller, asked)).await.answer()?;
    Ok(StatusCode::NO_CONTENT)
}
