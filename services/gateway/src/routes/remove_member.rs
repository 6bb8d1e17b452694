use axum::extract::State;
use axum::http::StatusCode;
use patchbay_proto::tracker::RemoveMemberRequest;
use patchbay_rpc::request_as;

use crate::authenticate::Authenticated;
use crate::error::Result;
use crate::gateway::Gateway;
use crate::grpc::Answer;
use crate::params::Params;

/// `DELETE /api/0/organizations/{organization}/members/{member}/`: also how one leaves, and how an invitation is withdrawn.
pub(crate) async fn remove_member(
    State(gateway): State<Gateway>,
    params: Params,
    Authenticated(caller): Authenticated,
) -> Result<StatusCode> {
    let asked =
        RemoveMemberRequest { organization: params.organization()?, user_id: params.member(&caller)? };
    gateway.services.directory().remove_member(request_as(&caller, asked)).await.answer()?;
    Ok(StatusCode::NO_CONTENT)
}
