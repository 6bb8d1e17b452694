use patchbay_audit::Entry;
use patchbay_domain::{AuditEvent, Caller, Result};
use patchbay_proto::tracker as wire;

use super::invitation;
use crate::context::Context;
use crate::domain::user::no_such_member;
use crate::store::invitations;

pub(super) async fn decline_invitation(
    context: &Context,
    caller: &Caller,
    request: wire::DeclineInvitationRequest,
) -> Result<wire::DeclineInvitationResponse> {
    let (organization, invitation, invited) =
        invitation::to_caller(context, caller, &request.organization, request.id).await?;
    let mut tx = context.db.begin().await?;
    if !invitations::delete(&mut tx, invitation.id).await? {
        return Err(no_such_member());
    }
    let entry = Entry::new(AuditEvent::MemberRemove, organization.id, caller, context.clock.now())
        .target("member", invited.id, &invited.email)
        .detail("role", invitation.role.as_str());
    tx.outbox(entry.into_message()).await?;
    tx.commit().await?;
    Ok(wire::DeclineInvitationResponse {})
}
