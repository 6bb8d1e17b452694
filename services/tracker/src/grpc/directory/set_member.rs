use patchbay_domain::{Caller, Result};
use patchbay_proto::tracker as wire;

use super::user;
use crate::domain::user::{not_found, read_role};
use crate::domain::{access, organization};
use crate::grpc::named;
use crate::store::{memberships, users};
use crate::tracker::Tracker;

#[tracing::instrument(name = "tracker.set_member", skip_all)]
pub(super) async fn set_member(
    tracker: &Tracker,
    caller: Caller,
    request: wire::SetMemberRequest,
) -> Result<wire::User> {
    access::internal(&caller)?;
    let role = read_role(&request.role)?;
    let organization =
        named::organization(&tracker.db, &request.organization).await?.ok_or_else(organization::not_found)?;
    let found = users::find(&tracker.db, request.user_id).await?.ok_or_else(not_found)?;

    memberships::set(&tracker.db, organization.id, found.id, role, tracker.clock.now()).await?;
    let member = user::with_memberships(&tracker.db, found).await?;
    Ok(user::to_wire(member))
}
