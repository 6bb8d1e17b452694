use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use patchbay_proto::tracker::AddMemberRequest;
use patchbay_rpc::request_as;

use crate::authenticate::Authenticated;
use crate::body::JsonBody;
use crate::error::Result;
use crate::fields::Fields;
use crate::gateway::Gateway;
use crate::grpc::Answer;
use crate::json::member::MemberJson;
use crate::params::Params;

/// `POST /api/0/organizations/{organization}/members/`: whoever has this e-mail address is a member from now on. There is no
/// invitation to accept: they sign in with the address, or by a link of the operator's.
pub(crate) async fn add_member(
    State(gateway): State<Gateway>,
    params: Params,
    Authenticated(caller): Authenticated,
    JsonBody(mut fields): JsonBody,
) -> Result<(StatusCode, Json<MemberJson>)> {
    let asked = AddMemberRequest {
        organization: params.organization()?,
        email: fields.required_text("email"),
        name: fields.text_or_blank("name").unwrap_or_default(),
        role: role(&mut fields).unwrap_or_else(|| "member".to_owned()),
    };
    fields.finish()?;
    let added = gateway.services.directory().add_member(request_as(&caller, asked)).await.answer()?;
    Ok((StatusCode::CREATED, Json(added.into())))
}

/// `orgRole`, or `role` as it was called before.
pub(super) fn role(fields: &mut Fields) -> Option<String> {
    let newer = fields.text("orgRole");
    newer.or_else(|| fields.text("role"))
}
