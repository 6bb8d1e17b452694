use patchbay_domain::{Caller, Result};
use patchbay_proto::tracker as wire;

use super::project;
use crate::context::Context;
use crate::domain::access;
use crate::domain::issue::followed_change::FollowedChange;
use crate::outbox;
use crate::store::projects;

pub(super) async fn delete_project(
    context: &Context,
    caller: &Caller,
    request: wire::DeleteProjectRequest,
) -> Result<wire::DeleteProjectResponse> {
    let named = (request.organization.as_str(), request.project.as_str());
    let found = project::for_caller(&context.db, caller, named, access::DELETE_PROJECTS).await?;
    let now = context.clock.now();
    let mut tx = context.db.begin().await?;
    if projects::hide(&mut tx, found.id, now).await? {
        tx.outbox(outbox::followed(FollowedChange::project_deleted(&found, now))).await?;
    }
    tx.commit().await?;
    context.erase.notify_one();
    Ok(wire::DeleteProjectResponse {})
}
