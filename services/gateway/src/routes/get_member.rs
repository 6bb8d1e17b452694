use axum::Json;
use axum::extract::State;
use patchbay_proto::tracker::GetMemberRequest;
use patchbay_rpc::request_as;

use crate::authenticate::Authenticated;
use crate::error::Result;
use crate::gateway::Gateway;
use crate::grpc::Answer;
use crate::json::member::MemberJson;
use crate::params::Params;

/// `GET /api/0/organizations/{organization}/members/{member}/`
pub(crate) async fn get_member(
    State(gateway): State<Gateway>,
    params: Params,
    Authenticated(caller): Authenticated,
) -> Result<Json<MemberJson>> {
    let asked = GetMemberRequest { organization: params.organization()?, user_id: params.member(&caller)? };
    let found = gateway.services.directory().get_member(request_as(&caller, asked)).await.answer()?;
    Ok(Json(found.into()))
}
