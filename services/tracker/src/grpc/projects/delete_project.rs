use patchbay_domain::{Caller, Result};
use patchbay_proto::tracker as wire;

use super::project;
use crate::context::Context;
use crate::domain::access;
use crate::store::projects;

pub(super) async fn delete_project(
    context: &Context,
    caller: &Caller,
    request: wire::DeleteProjectRequest,
) -> Result<wire::DeleteProjectResponse> {
    let named = (request.organization.as_str(), request.project.as_str());
    let found = project::for_caller(&context.db, caller, named, access::DELETE_PROJECTS).await?;
    projects::hide(&context.db, found.id, context.clock.now()).await?;
    context.erase.notify_one();
    Ok(wire::DeleteProjectResponse {})
}
