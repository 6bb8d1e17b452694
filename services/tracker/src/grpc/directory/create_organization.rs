use patchbay_domain::{Caller, Result};
use patchbay_proto::tracker as wire;

use super::organization;
use crate::domain::access;
use crate::domain::organization::{NewOrganization, Organization};
use crate::domain::slug_choice;
use crate::store::organizations;
use crate::tracker::Tracker;

#[tracing::instrument(name = "tracker.create_organization", skip_all)]
pub(super) async fn create_organization(
    tracker: &Tracker,
    caller: Caller,
    request: wire::CreateOrganizationRequest,
) -> Result<wire::Organization> {
    access::internal(&caller)?;
    let new = NewOrganization::read(&request.name, &request.slug)?;

    let id = tracker.db.allocate_ids("organization", 1).await?;
    let created_at = tracker.clock.now();
    let candidates: Vec<String> = new.slug.candidates().collect();
    let taken = organizations::taken_slugs(&tracker.db, &candidates).await?;
    // Somebody may be faster between looking and writing: then the next one is tried.
    for slug in candidates.into_iter().filter(|slug| !taken.contains(slug)) {
        let founded = Organization { id, slug, name: new.name.clone(), created_at };
        if organizations::insert(&tracker.db, &founded).await? {
            return Ok(organization::to_wire(founded));
        }
    }
    Err(slug_choice::taken(&new.slug))
}
