use axum::Json;
use axum::extract::State;
use patchbay_proto::tracker::{GetMemberRequest, SetMemberRequest};
use patchbay_rpc::request_as;

use super::role::role;
use super::{MEMBER_WRITERS, OLDER_ROLE, ROLE};
use crate::api::access::one_of;
use crate::api::authenticate::Authenticated;
use crate::api::body::JsonBody;
use crate::api::error::Result;
use crate::api::operation::{Operation, put};
use crate::api::params::Params;
use crate::context::Context;
use crate::edge::answer::Answer;
use crate::json::member::MemberJson;

pub(super) fn operation() -> Operation {
    put("update_member", "/api/0/organizations/{organization}/members/{member}/", update_member)
        .does("Give a member another role")
        .by(one_of(MEMBER_WRITERS))
        .takes(&[ROLE, OLDER_ROLE])
        .answers::<MemberJson>(200)
}

/// Gives a member another role.
async fn update_member(
    State(context): State<Context>,
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
    let mut directory = context.services.directory();
    let asked =
        SetMemberRequest { organization: organization.clone(), user_id, role: role.unwrap_or_default() };
    directory.set_member(request_as(&caller, asked)).await.answer()?;
    let asked = GetMemberRequest { organization, user_id };
    Ok(Json(directory.get_member(request_as(&caller, asked)).await.answer()?.into()))
}
