use patchbay_domain::{Caller, Result};
use patchbay_proto::tracker as wire;

use super::team;
use crate::context::Context;
use crate::domain::access;

pub(super) async fn get_team(
    context: &Context,
    caller: &Caller,
    request: wire::GetTeamRequest,
) -> Result<wire::Team> {
    let (db, scopes) = (&context.db, access::READ_TEAMS);
    let found = team::for_caller(db, caller, &request.organization, &request.team, scopes).await?;
    team::with_members(db, found).await
}
