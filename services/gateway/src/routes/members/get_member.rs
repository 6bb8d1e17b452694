use axum::Json;
use axum::extract::State;
use patchbay_domain::ErrorKind;
use patchbay_proto::tracker::{GetInvitationRequest, GetMemberRequest};
use patchbay_rpc::request_as;

use super::MEMBER_READERS;
use crate::api::access::one_of;
use crate::api::authenticate::Authenticated;
use crate::api::error::Result;
use crate::api::operation::{Operation, get};
use crate::api::params::Params;
use crate::context::Context;
use crate::json::member::MemberJson;
use patchbay_edge::answer::Answer;

pub(super) fn operation() -> Operation {
    get("get_member", "/api/0/organizations/{organization}/members/{member}/", get_member)
        .does("Read a member or an invitation")
        .by(one_of(MEMBER_READERS).and_apps())
        .answers::<MemberJson>(200)
}

async fn get_member(
    State(context): State<Context>,
    params: Params,
    Authenticated(caller): Authenticated,
) -> Result<Json<MemberJson>> {
    let (organization, id) = (params.organization()?, params.member(&caller)?);
    let mut directory = context.services.directory();
    let message = GetMemberRequest { organization: organization.clone(), user_id: id };
    match directory.get_member(request_as(&caller, message)).await.answer() {
        // An invitation, which the invited person may read without being a member.
        Err(error) if matches!(error.kind, ErrorKind::NotFound | ErrorKind::Forbidden) => {
            let message = GetInvitationRequest { organization, id };
            Ok(Json(directory.get_invitation(request_as(&caller, message)).await.answer()?.into()))
        }
        found => Ok(Json(found?.into())),
    }
}
