use patchbay_domain::{Caller, Error, Result};
use patchbay_proto::tracker as wire;

use super::project;
use crate::domain::access;
use crate::domain::project::not_found;
use crate::grpc::named;
use crate::tracker::Tracker;

#[tracing::instrument(name = "tracker.get_project", skip_all)]
pub(super) async fn get_project(
    tracker: &Tracker,
    caller: Caller,
    request: wire::GetProjectRequest,
) -> Result<wire::Project> {
    let organization =
        named::organization(&tracker.db, &request.organization).await?.ok_or_else(not_found)?;
    access::one_of(&caller, organization.id, access::READ_PROJECTS, Error::permission_denied())?;
    let found =
        named::project(&tracker.db, organization.id, &request.project).await?.ok_or_else(not_found)?;
    Ok(project::to_wire(found))
}
