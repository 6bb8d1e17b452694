use axum::extract::State;
use axum::http::StatusCode;
use patchbay_proto::tracker::RemoveMemberRequest;
use patchbay_rpc::request_as;

use super::MEMBER_REMOVERS;
use crate::api::access::one_of;
use crate::api::authenticate::Authenticated;
use crate::api::error::Result;
use crate::api::operation::{Operation, delete};
use crate::api::params::Params;
use crate::context::Context;
use patchbay_edge::answer::Answer;

pub(super) fn operation() -> Operation {
    delete("remove_member", "/api/0/organizations/{organization}/members/{member}/", remove_member)
        .does("End a membership, or withdraw an invitation; members may end their own membership")
        .by(one_of(MEMBER_REMOVERS))
        .answers_nothing(204)
}

/// Members may remove themselves; an invitation is withdrawn in the same way.
async fn remove_member(
    State(context): State<Context>,
    params: Params,
    Authenticated(caller): Authenticated,
) -> Result<StatusCode> {
    let message =
        RemoveMemberRequest { organization: params.organization()?, user_id: params.member(&caller)? };
    context.services.directory().remove_member(request_as(&caller, message)).await.answer()?;
    Ok(StatusCode::NO_CONTENT)
}
