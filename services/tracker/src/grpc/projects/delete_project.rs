use patchbay_domain::{Caller, Result};
use patchbay_proto::tracker as wire;

use super::project;
use crate::domain::access;
use crate::store::projects;
use crate::tracker::Tracker;

#[tracing::instrument(name = "tracker.delete_project", skip_all)]
pub(super) async fn delete_project(
    tracker: &Tracker,
    caller: Caller,
    request: wire::DeleteProjectRequest,
) -> Result<wire::DeleteProjectResponse> {
    let named = (request.organization.as_str(), request.project.as_str());
    let found = project::for_caller(&tracker.db, &caller, named, access::DELETE_PROJECTS).await?;
    projects::hide(&tracker.db, found.id, tracker.clock.now()).await?;
    tracker.erase.notify_one();
    Ok(wire::DeleteProjectResponse {})
}
