use axum::extract::State;
use axum::http::StatusCode;
use patchbay_proto::tracker::DeclineInvitationRequest;
use patchbay_rpc::request_as;

use crate::authenticate::Authenticated;
use crate::error::Result;
use crate::gateway::Gateway;
use crate::grpc::Answer;
use crate::params::Params;

/// `POST /api/0/organizations/{organization}/members/{member}/decline/`: the invited does not want to become a member.
pub(crate) async fn decline_invitation(
    State(gateway): State<Gateway>,
    params: Params,
    Authenticated(caller): Authenticated,
) -> Result<StatusCode> {
    let asked =
        DeclineInvitationRequest { organization: params.organization()?, id: params.member(&caller)? };
    gateway.services.directory().decline_invitation(request_as(&caller, asked)).await.answer()?;
    Ok(StatusCode::NO_CONTENT)
}
