use patchbay_domain::{Caller, Result};
use patchbay_proto::tracker as wire;

use super::project;
use crate::domain::project::{NewProject, Project};
use crate::domain::{access, organization, slug_choice};
use crate::grpc::named;
use crate::store::projects;
use crate::tracker::Tracker;

#[tracing::instrument(name = "tracker.create_project", skip_all)]
pub(super) async fn create_project(
    tracker: &Tracker,
    caller: Caller,
    request: wire::CreateProjectRequest,
) -> Result<wire::Project> {
    let hidden = organization::not_found;
    let organization = named::organization(&tracker.db, &request.organization).await?.ok_or_else(hidden)?;
    access::one_of_but_no_app(&caller, organization.id, access::WRITE_PROJECTS, hidden())?;
    let new = NewProject::read(&request.name, &request.slug, &request.platform)?;

    let id = tracker.db.allocate_ids("project", 1).await?;
    let created_at = tracker.clock.now();
    let candidates: Vec<String> = new.slug.candidates().collect();
    let taken = projects::taken_slugs(&tracker.db, organization.id, &candidates).await?;
    // Somebody may be faster between looking and writing: then the next one is tried.
    for slug in candidates.into_iter().filter(|slug| !taken.contains(slug)) {
        let started = Project {
            id,
            organization_id: organization.id,
            slug,
            name: new.name.clone(),
            platform: new.platform.clone(),
        };
        if projects::insert(&tracker.db, &started, created_at).await? {
            return Ok(project::to_wire(started));
        }
    }
    Err(slug_choice::taken(&new.slug))
}
