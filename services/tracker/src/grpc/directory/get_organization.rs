use patchbay_domain::{Caller, Result};
use patchbay_proto::tracker as wire;

use super::organization;
use crate::domain::directory_access;
use crate::domain::organization::not_found;
use crate::grpc::named;
use crate::tracker::Tracker;

#[tracing::instrument(name = "tracker.get_organization", skip_all)]
pub(super) async fn get_organization(
    tracker: &Tracker,
    caller: Caller,
    request: wire::GetOrganizationRequest,
) -> Result<wire::Organization> {
    let found = named::organization(&tracker.db, &request.organization).await?.ok_or_else(not_found)?;
    directory_access::read_organization(&caller, found.id)?;
    Ok(organization::to_wire(found))
}
