use patchbay_domain::{Caller, Result};
use patchbay_proto::tracker as wire;

use super::invitation;
use crate::domain::user::no_such_member;
use crate::domain::{directory_access, organization};
use crate::grpc::named;
use crate::store::invitations;
use crate::tracker::Tracker;

#[tracing::instrument(name = "tracker.get_invitation", skip_all)]
pub(super) async fn get_invitation(
    tracker: &Tracker,
    caller: Caller,
    request: wire::GetInvitationRequest,
) -> Result<wire::Invitation> {
    let now = tracker.clock.now();
    if let Ok((organization, own, _)) =
        invitation::to_caller(tracker, &caller, &request.organization, request.id).await
    {
        return Ok(invitation::to_wire(own, organization, now));
    }
    let organization =
        named::organization(&tracker.db, &request.organization).await?.ok_or_else(organization::not_found)?;
    directory_access::read_members(&caller, organization.id)?;
    let found = invitations::find(&tracker.db, organization.id, request.id).await?;
    Ok(invitation::to_wire(found.ok_or_else(no_such_member)?, organization, now))
}
