use patchbay_domain::{Caller, Result};
use patchbay_proto::tracker as wire;

use super::organization;
use crate::domain::access;
use crate::domain::organization::not_found;
use crate::grpc::named;
use crate::tracker::Tracker;

#[tracing::instrument(name = "tracker.get_organization", skip_all)]
pub(super) async fn get_organization(
    tracker: &Tracker,
    caller: Caller,
    request: wire::GetOrganizationRequest,
) -> Result<wire::Organization> {
    access::internal(&caller)?;
    let found = named::organization(&tracker.db, &request.organization).await?;
    found.map(organization::to_wire).ok_or_else(not_found)
}
