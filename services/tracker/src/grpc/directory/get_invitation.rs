use patchbay_domain::{Caller, Result};
use patchbay_proto::tracker as wire;

use super::invitation;
use crate::context::Context;
use crate::domain::organization::directory_access;
use crate::domain::organization::invitation::Invitation;
use crate::domain::organization::not_found;
use crate::domain::user::no_such_member;
use crate::grpc::named;
use crate::store::invitations;

pub(super) async fn get_invitation(
    context: &Context,
    caller: &Caller,
    request: wire::GetInvitationRequest,
) -> Result<wire::Invitation> {
    let now = context.clock.now();
    let is_own = |invitation: &Invitation| caller.user().is_some_and(|user| user.email == invitation.email);
    if let Some(organization) = named::find_organization(&context.db, &request.organization).await?
        && let Some(own) = invitations::find(&context.db, organization.id, request.id).await?.filter(is_own)
    {
        return Ok(invitation::to_wire(own, organization, now));
    }
    let organization = named::organization(&context.db, caller, &request.organization, not_found).await?;
    directory_access::read_members(caller, organization.id)?;
    let found = invitations::find(&context.db, organization.id, request.id).await?;
    Ok(invitation::to_wire(found.ok_or_else(no_such_member)?, organization, now))
}
