use patchbay_domain::{Caller, Result};
use patchbay_proto::tracker as wire;

use super::project;
use crate::context::Context;
use crate::domain::access;
use crate::domain::organization::team::not_found;
use crate::grpc::named;
use crate::store::teams;

pub(super) async fn set_project_team(
    context: &Context,
    caller: &Caller,
    request: wire::SetProjectTeamRequest,
) -> Result<wire::Project> {
    let db = &context.db;
    let named = (request.organization.as_str(), request.project.as_str());
    let found = project::for_caller(db, caller, named, access::WRITE_PROJECTS).await?;
    let team = named::team(db, found.organization_id, &request.team).await?.ok_or_else(not_found)?;
    if request.has_access {
        teams::grant(db, found.id, team.id).await?;
    } else {
        teams::withdraw(db, found.id, team.id).await?;
    }
    project::to_wire(db, found).await
}
