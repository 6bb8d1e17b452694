use axum::Json;
use axum::extract::State;
use patchbay_proto::tracker::{GetMemberRequest, SetMemberRequest};
use patchbay_rpc::request_as;

use super::MEMBER_WRITERS;
use super::role::{ORG_ROLE, ROLE};
use crate::api::access::one_of;
use crate::api::authenticate::Authenticated;
use crate::api::body::JsonBody;
use crate::api::error::Result;
use crate::api::key::RequestBody;
use crate::api::key::request_body;
use crate::api::operation::{Operation, put};
use crate::api::params::Params;
use crate::context::Context;
use crate::json::member::MemberJson;
use patchbay_edge::answer::Answer;

request_body! {
    /// The new role of a member; one of the keys has to be there.
    NewRole {
        org_role: Option<String> = ORG_ROLE,
        role: Option<String> = ROLE,
    } only, ignoring ["dateCreated", "email", "expired", "id", "inviteStatus", "inviterName", "name", "pending", "roleName", "user"]
}

pub(super) fn operation() -> Operation {
    put("update_member", "/api/0/organizations/{organization}/members/{member}/", update_member)
        .does("Give a member another role")
        .by(one_of(MEMBER_WRITERS))
        .takes::<NewRole>()
        .answers::<MemberJson>(200)
}

async fn update_member(
    State(context): State<Context>,
    params: Params,
    Authenticated(caller): Authenticated,
    JsonBody(mut fields): JsonBody,
) -> Result<Json<MemberJson>> {
    let (organization, user_id) = (params.organization()?, params.member(&caller)?);
    let NewRole { org_role, role } = NewRole::read_from(&mut fields);
    let role = org_role.or(role);
    if role.is_none() && !fields.has("orgRole") && !fields.has("role") {
        fields.problem("orgRole", "This field is required.");
    }
    fields.finish()?;
    let mut directory = context.services.directory();
    let message =
        SetMemberRequest { organization: organization.clone(), user_id, role: role.unwrap_or_default() };
    directory.set_member(request_as(&caller, message)).await.answer()?;
    let message = GetMemberRequest { organization, user_id };
    Ok(Json(directory.get_member(request_as(&caller, message)).await.answer()?.into()))
}
