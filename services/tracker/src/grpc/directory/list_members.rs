use patchbay_domain::{Caller, Result};
use patchbay_proto::tracker as wire;

use super::user;
use crate::domain::page::Page;
use crate::domain::user::roles_from;
use crate::domain::{directory_access, organization, pattern};
use crate::grpc::named;
use crate::store::memberships;
use crate::tracker::Tracker;

#[tracing::instrument(name = "tracker.list_members", skip_all)]
pub(super) async fn list_members(
    tracker: &Tracker,
    caller: Caller,
    request: wire::ListMembersRequest,
) -> Result<wire::ListMembersResponse> {
    let organization =
        named::organization(&tracker.db, &request.organization).await?.ok_or_else(organization::not_found)?;
    directory_access::read_members(&caller, organization.id)?;
    let roles = roles_from(&request.min_role)?;
    let (page, pattern) = (Page::read(request.offset, request.limit), pattern::holding(request.query.trim()));
    let found = memberships::list(&tracker.db, organization.id, &roles, &pattern, page).await?;
    let (found, has_more) = page.cut(found);
    let members = found.into_iter().map(user::member_to_wire).collect();
    Ok(wire::ListMembersResponse { members, has_more })
}
