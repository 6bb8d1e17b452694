use patchbay_audit::Entry;
use patchbay_domain::{AuditEvent, Caller, Result};
use patchbay_proto::tracker as wire;

use crate::context::Context;
use crate::domain::issue::followed_change::FollowedChange;
use crate::domain::organization;
use crate::domain::organization::directory_access;
use crate::domain::organization::invitation::Invitation;
use crate::domain::organization::member_change;
use crate::domain::user::no_such_member;
use crate::grpc::named;
use crate::outbox;
use crate::store::{invitations, memberships, users};

pub(super) async fn remove_member(
    context: &Context,
    caller: &Caller,
    request: wire::RemoveMemberRequest,
) -> Result<wire::RemoveMemberResponse> {
    let organization =
        named::organization(&context.db, caller, &request.organization, organization::not_found).await?;
    directory_access::remove_member(caller, organization.id, request.user_id)?;
    if let Some(invitation) = invitations::find(&context.db, organization.id, request.user_id).await? {
        withdraw(context, caller, invitation).await?;
        return Ok(wire::RemoveMemberResponse {});
    }
    let found = users::find(&context.db, request.user_id).await?.ok_or_else(no_such_member)?;

    let mut tx = context.db.begin().await?;
    memberships::lock(&mut tx, organization.id).await?;
    let role = memberships::role(&mut tx, organization.id, found.id).await?.ok_or_else(no_such_member)?;
    let owners = memberships::count_owners(&mut tx, organization.id).await?;
    match caller.user() {
        Some(user) if user.user_id == found.id => member_change::keeps_an_owner(role, owners)?,
        _ => member_change::may_take(caller, organization.id, role, owners)?,
    }
    memberships::remove(&mut tx, organization.id, found.id).await?;
    invitations::delete_by(&mut tx, organization.id, found.id).await?;
    let entry = Entry::new(AuditEvent::MemberRemove, organization.id, caller, context.clock.now())
        .target("member", found.id, &found.email)
        .detail("role", role.as_str());
    let removed = FollowedChange::member_removed(organization.id, found.id, context.clock.now());
    tx.outbox_all([entry.into_message(), outbox::followed(removed)]).await?;
    tx.commit().await?;
    Ok(wire::RemoveMemberResponse {})
}

async fn withdraw(context: &Context, caller: &Caller, invitation: Invitation) -> Result<()> {
    member_change::may_withdraw(caller, invitation.organization_id, invitation.role)?;
    let mut tx = context.db.begin().await?;
    if !invitations::delete(&mut tx, invitation.id).await? {
        return Err(no_such_member());
    }
    let now = context.clock.now();
    let entry = Entry::new(AuditEvent::MemberRemove, invitation.organization_id, caller, now)
        .target("member", invitation.id, &invitation.email)
        .detail("role", invitation.role.as_str());
    tx.outbox(entry.into_message()).await?;
    tx.commit().await?;
    Ok(())
}
