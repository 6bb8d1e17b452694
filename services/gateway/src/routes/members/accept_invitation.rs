use axum::Json;
use axum::extract::State;
use patchbay_proto::tracker::AcceptInvitationRequest;
use patchbay_rpc::request_as;

use crate::api::access::USERS;
use crate::api::authenticate::Authenticated;
use crate::api::error::Result;
use crate::api::operation::{Operation, post};
use crate::api::params::Params;
use crate::context::Context;
use crate::json::member::MemberJson;
use patchbay_edge::answer::Answer;

pub(super) fn operation() -> Operation {
    post(
        "accept_invitation",
        "/api/0/organizations/{organization}/members/{member}/accept/",
        accept_invitation,
    )
    .does("Accept an invitation, as the invited user")
    .by(USERS)
    .answers::<MemberJson>(200)
}

/// The invited user becomes a member.
async fn accept_invitation(
    State(context): State<Context>,
    params: Params,
    Authenticated(caller): Authenticated,
) -> Result<Json<MemberJson>> {
    let message =
        AcceptInvitationRequest { organization: params.organization()?, id: params.member(&caller)? };
    let joined =
        context.services.directory().accept_invitation(request_as(&caller, message)).await.answer()?;
    Ok(Json(joined.into()))
}
