use patchbay_audit::Entry;
use patchbay_domain::{AuditEvent, Caller, Result};
use patchbay_proto::tracker as wire;

use super::add_member::already_a_member;
use super::invitation;
use crate::context::Context;
use crate::domain::organization;
use crate::domain::organization::directory_access;
use crate::domain::organization::invitation::{Invitation, already_invited, expiry, has_room};
use crate::domain::organization::member_change;
use crate::domain::user::{NewUser, read_role};
use crate::grpc::named;
use crate::store::{invitations, memberships, users};

pub(super) async fn invite_member(
    context: &Context,
    caller: &Caller,
    request: wire::InviteMemberRequest,
) -> Result<wire::Invitation> {
    let organization =
        named::organization(&context.db, caller, &request.organization, organization::not_found).await?;
    directory_access::invite_member(caller, organization.id)?;
    let role = read_role(&request.role)?;
    member_change::may_give(caller, organization.id, role)?;
    let now = context.clock.now();
    let inviter = caller.user();
    let invitation = Invitation {
        // Members and invitations share the ids of users, because REST paths name both in the same place.
        id: context.db.allocate_ids("user", 1).await?,
        organization_id: organization.id,
        email: NewUser::read("invited", &request.email)?.email,
        role,
        inviter_id: inviter.map(|user| user.user_id),
        inviter_name: inviter.map(|user| user.name.clone()).unwrap_or_default(),
        created_at: now,
        expires_at: expiry(now),
    };

    let mut tx = context.db.begin().await?;
    memberships::lock(&mut tx, organization.id).await?;
    if let Some(known) = users::find_by_email_in(&mut tx, &invitation.email).await?
        && memberships::role(&mut tx, organization.id, known.id).await?.is_some()
    {
        return Err(already_a_member(&invitation.email));
    }
    invitations::delete_expired(&mut tx, organization.id, now).await?;
    let of_organization = invitations::count_of(&mut tx, organization.id).await?;
    has_room(of_organization, invitations::count_to(&mut tx, &invitation.email, now).await?)?;
    if !invitations::insert(&mut tx, &invitation).await? {
        return Err(already_invited(&invitation.email));
    }
    let entry = Entry::new(AuditEvent::MemberInvite, organization.id, caller, now)
        .target("member", invitation.id, &invitation.email)
        .detail("role", role.as_str());
    tx.outbox(entry.into_message()).await?;
    tx.commit().await?;
    Ok(invitation::to_wire(invitation, organization, now))
}
