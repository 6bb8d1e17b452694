use patchbay_domain::{Caller, Result};
use patchbay_proto::tracker as wire;

use super::project;
use crate::domain::access;
use crate::tracker::Tracker;

#[tracing::instrument(name = "tracker.get_project", skip_all)]
pub(super) async fn get_project(
    tracker: &Tracker,
    caller: Caller,
    request: wire::GetProjectRequest,
) -> Result<wire::Project> {
    let named = (request.organization.as_str(), request.project.as_str());
    let found = project::for_caller(&tracker.db, &caller, named, access::READ_PROJECTS).await?;
    project::to_wire(&tracker.db, found).await
}
