use patchbay_domain::{Caller, Result};
use patchbay_proto::tracker as wire;

use super::team;
use crate::context::Context;
use crate::domain::access;
use crate::store::teams;

pub(super) async fn delete_team(
    context: &Context,
    caller: &Caller,
    request: wire::DeleteTeamRequest,
) -> Result<wire::DeleteTeamResponse> {
    let (db, scopes) = (&context.db, access::DELETE_TEAMS);
    let found = team::to_change(db, caller, &request.organization, &request.team, scopes).await?;
    let mut tx = db.begin().await?;
    teams::delete(&mut tx, found.id).await?;
    tx.commit().await?;
    Ok(wire::DeleteTeamResponse {})
}
