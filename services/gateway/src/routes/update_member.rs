use axum::Json;
use axum::extract::State;
use patchbay_proto::tracker::{GetMemberRequest, SetMemberRequest};
use patchbay_rpc::request_as;

use super::add_member::role;
use crate::authenticate::Authenticated;
use crate::body::JsonBody;
use crate::error::Result;
use crate::gateway::Gateway;
use crate::grpc::Answer;
use crate::json::member::MemberJson;
use crate::params::Params;

/// `PUT /api/0/organizations/{organization}/members/{member}/`: gives a member another role.
pub(crate) async fn update_member(
    State(gateway): State<Gateway>,
    params: Params,
    Authenticated(caller): Authenticated,
    JsonBody(mut fields): JsonBody,
) -> Result<Json<MemberJson>> {
    let (organization, user_id) = (params.organization()?, params.member(&caller)?);
    let role = role(&mut fields);
    if role.is_none() && !fields.has("orgRole") && !fields.has("role") {
        fields.problem("orgRole", "This field is required.");
    }
    fields.finish()?;
    let mut directory = gateway.services.directory();
    let asked =
        SetMemberRequest { organization: organization.clone(), user_id, role: role.unwrap_or_default() };
    directory.set_member(request_as(&caller, asked)).await.answer()?;
    let asked = GetMemberRequest { organization, user_id };
    Ok(Json(directory.get_member(request_as(&caller, asked)).await.answer()?.into()))
}
