use patchbay_audit::Entry;
use patchbay_domain::{AuditEvent, Caller, Result};
use patchbay_proto::tracker as wire;

use super::invitation;
use crate::domain::user::no_such_member;
use crate::store::invitations;
use crate::tracker::Tracker;

#[tracing::instrument(name = "tracker.decline_invitation", skip_all)]
pub(super) async fn decline_invitation(
    tracker: &Tracker,
    caller: Caller,
    request: wire::DeclineInvitationRequest,
) -> Result<wire::DeclineInvitationResponse> {
    let (organization, invitation, invited) =
        invitation::to_caller(tracker, &caller, &request.organization, request.id).await?;
    let mut tx = tracker.db.begin().await?;
    if !invitations::delete(&mut tx, invitation.id).await? {
        return Err(no_such_member());
    }
    let entry = Entry::new(AuditEvent::MemberRemove, organization.id, &caller, tracker.clock.now())
        .target("member", invited.id, &invited.email)
        .detail("role", invitation.role.as_str());
    tx.outbox(entry.into_message()).await?;
    tx.commit().await?;
    Ok(wire::DeclineInvitationResponse {})
}
