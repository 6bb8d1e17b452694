use patchbay_audit::Entry;
use patchbay_domain::{AuditEvent, Caller, Result};
use patchbay_proto::tracker as wire;

use super::user;
use crate::context::Context;
use crate::domain::organization;
use crate::domain::organization::directory_access;
use crate::domain::organization::member_change;
use crate::domain::user::{no_such_member, not_found, read_role};
use crate::grpc::named;
use crate::store::{invitations, memberships, users};

pub(super) async fn set_member(
    context: &Context,
    caller: &Caller,
    request: wire::SetMemberRequest,
) -> Result<wire::User> {
    let organization =
        named::organization(&context.db, caller, &request.organization, organization::not_found).await?;
    directory_access::set_member(caller, organization.id)?;
    let role = read_role(&request.role)?;
    let found = users::find(&context.db, request.user_id).await?.ok_or_else(not_found)?;

    let now = context.clock.now();
    let mut tx = context.db.begin().await?;
    memberships::lock(&mut tx, organization.id).await?;
    let had = memberships::role(&mut tx, organization.id, found.id).await?;
    // Only services and operators add members by id: other callers could probe which ids exist.
    if had.is_none() && !caller.is_internal() {
        return Err(no_such_member());
    }
    member_change::may_give(caller, organization.id, role)?;
    if let Some(had) = had.filter(|had| *had != role) {
        let owners = memberships::count_owners(&mut tx, organization.id).await?;
        member_change::may_take(caller, organization.id, had, owners)?;
    }
    if had != Some(role) {
        memberships::set(&mut tx, organization.id, found.id, role, now).await?;
        invitations::delete_to(&mut tx, organization.id, &found.email).await?;
        let event = if had.is_none() { AuditEvent::MemberAdd } else { AuditEvent::MemberEdit };
        let entry = Entry::new(event, organization.id, caller, now)
            .target("member", found.id, &found.email)
            .detail("role", role.as_str());
        tx.outbox(entry.into_message()).await?;
    }
    tx.commit().await?;
    Ok(user::to_wire(user::with_memberships(&context.db, found).await?))
}
