use axum::Json;
use axum::extract::State;
use patchbay_proto::tracker::AcceptInvitationRequest;
use patchbay_rpc::request_as;

use crate::access::USERS;
use crate::authenticate::Authenticated;
use crate::error::Result;
use crate::gateway::Gateway;
use crate::grpc::Answer;
use crate::json::member::MemberJson;
use crate::operation::{Operation, post};
use crate::params::Params;

pub(super) fn operation() -> Operation {
    post(
        "accept_invitation",
        "/api/0/organizations/{organization}/members/{member}/accept/",
        accept_invitation,
    )
    .does("Accept an invitation, as the one who is invited")
    .by(USERS)
    .answers::<MemberJson>(200)
}

/// The invited becomes a member.
async fn accept_invitation(
    State(gateway): State<Gateway>,
    params: Params,
    Authenticated(caller): Authenticated,
) -> Result<Json<MemberJson>> {
    let asked = AcceptInvitationRequest { organization: params.organization()?, id: params.member(&caller)? };
    let joined = gateway.services.directory().accept_invitation(request_as(&caller, asked)).await.answer()?;
    Ok(Json(joined.into()))
}
