use patchbay_domain::{Caller, Result};
use patchbay_proto::tracker as wire;

use super::organization;
use crate::domain::access;
use crate::store::organizations;
use crate::tracker::Tracker;

#[tracing::instrument(name = "tracker.list_organizations", skip_all)]
pub(super) async fn list_organizations(
    tracker: &Tracker,
    caller: Caller,
) -> Result<wire::ListOrganizationsResponse> {
    access::internal(&caller)?;
    let organizations = organizations::list(&tracker.db).await?;
    let organizations = organizations.into_iter().map(organization::to_wire).collect();
    Ok(wire::ListOrganizationsResponse { organizations })
}
