use patchbay_audit::Entry;
use patchbay_domain::{AuditEvent, Caller, Result};
use patchbay_proto::tracker as wire;

use super::{invitation, user};
use crate::context::Context;
use crate::domain::organization::member_change;
use crate::domain::user::{Member, no_such_member};
use crate::store::{invitations, memberships, users};

pub(super) async fn accept_invitation(
    context: &Context,
    caller: &Caller,
    request: wire::AcceptInvitationRequest,
) -> Result<wire::Member> {
    let now = context.clock.now();
    let (organization, invitation, invited) =
        invitation::to_caller(context, caller, &request.organization, request.id).await?;
    if invitation.is_expired(now) {
        return Err(no_such_member());
    }

    let mut tx = context.db.begin().await?;
    memberships::lock(&mut tx, organization.id).await?;
    users::lock(&mut tx, invited.id).await?;
    if !invitations::delete(&mut tx, invitation.id).await? {
        return Err(no_such_member());
    }
    let joined = memberships::count_of_user(&mut tx, invited.id).await?;
    member_change::may_join(joined, context.max_organizations)?;
    // Becoming a member in another way deletes the invitation, so the user is not a member yet.
    memberships::set(&mut tx, organization.id, invited.id, invitation.role, now).await?;
    let entry = Entry::new(AuditEvent::MemberAccept, organization.id, caller, now)
        .target("member", invited.id, &invited.email)
        .detail("role", invitation.role.as_str());
    tx.outbox(entry.into_message()).await?;
    tx.commit().await?;
    Ok(user::member_to_wire(Member { user: invited, role: invitation.role, joined_at: now }))
}
