use patchbay_domain::{Caller, Result};
use patchbay_proto::tracker as wire;

use super::user;
use crate::context::Context;
use crate::domain::organization;
use crate::domain::organization::directory_access;
use crate::domain::user::no_such_member;
use crate::grpc::named;
use crate::store::memberships;

pub(super) async fn get_member(
    context: &Context,
    caller: &Caller,
    request: wire::GetMemberRequest,
) -> Result<wire::Member> {
    let organization =
        named::organization(&context.db, caller, &request.organization, organization::not_found).await?;
    directory_access::read_members(caller, organization.id)?;
    let found = memberships::find(&context.db, organization.id, request.user_id).await?;
    found.map(user::member_to_wire).ok_or_else(no_such_member)
}
