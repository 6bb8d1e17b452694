use patchbay_domain::{Caller, Result};
use patchbay_proto::tracker as wire;

use super::team;
use crate::domain::access;
use crate::store::teams;
use crate::tracker::Tracker;

#[tracing::instrument(name = "tracker.delete_team", skip_all)]
pub(super) async fn delete_team(
    tracker: &Tracker,
    caller: Caller,
    request: wire::DeleteTeamRequest,
) -> Result<wire::DeleteTeamResponse> {
    let (db, scopes) = (&tracker.db, access::DELETE_TEAMS);
    let found = team::for_caller(db, &caller, &request.organization, &request.team, scopes).await?;
    let mut tx = db.begin().await?;
    teams::delete(&mut tx, found.id).await?;
    tx.commit().await?;
    Ok(wire::DeleteTeamResponse {})
}
