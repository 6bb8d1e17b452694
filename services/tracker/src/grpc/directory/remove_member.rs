use patchbay_audit::Entry;
use patchbay_domain::{AuditEvent, Caller, Result};
use patchbay_proto::tracker as wire;

use crate::domain::user::no_such_member;
use crate::domain::{directory_access, member_change, organization};
use crate::grpc::named;
use crate::store::{memberships, users};
use crate::tracker::Tracker;

#[tracing::instrument(name = "tracker.remove_member", skip_all)]
pub(super) async fn remove_member(
    tracker: &Tracker,
    caller: Caller,
    request: wire::RemoveMemberRequest,
) -> Result<wire::RemoveMemberResponse> {
    let organization =
        named::organization(&tracker.db, &request.organization).await?.ok_or_else(organization::not_found)?;
    directory_access::remove_member(&caller, organization.id, request.user_id)?;
    let found = users::find(&tracker.db, request.user_id).await?.ok_or_else(no_such_member)?;

    let mut tx = tracker.db.begin().await?;
    memberships::lock(&mut tx, organization.id).await?;
    let role = memberships::role(&mut tx, organization.id, found.id).await?.ok_or_else(no_such_member)?;
    let owners = memberships::count_owners(&mut tx, organization.id).await?;
    match caller.user() {
        Some(user) if user.user_id == found.id => member_change::keeps_an_owner(role, owners)?,
        _ => member_change::may_take(&caller, organization.id, role, owners)?,
    }
    memberships::remove(&mut tx, organization.id, found.id).await?;
    let entry = Entry::new(AuditEvent::MemberRemove, organization.id, &caller, tracker.clock.now())
        .target("member", found.id, &found.email)
        .detail("role", role.as_str());
    tx.outbox(entry.into_message()).await?;
    tx.commit().await?;
    Ok(wire::RemoveMemberResponse {})
}
