use patchbay_domain::{Caller, Result};
use patchbay_proto::tracker as wire;

use super::project;
use crate::context::Context;
use crate::domain::access;

pub(super) async fn get_project(
    context: &Context,
    caller: &Caller,
    request: wire::GetProjectRequest,
) -> Result<wire::Project> {
    let named = (request.organization.as_str(), request.project.as_str());
    let found = project::for_caller(&context.db, caller, named, access::READ_PROJECTS).await?;
    project::to_wire(&context.db, found).await
}
