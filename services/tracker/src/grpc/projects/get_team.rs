use patchbay_domain::{Caller, Result};
use patchbay_proto::tracker as wire;

use super::team;
use crate::domain::access;
use crate::tracker::Tracker;

#[tracing::instrument(name = "tracker.get_team", skip_all)]
pub(super) async fn get_team(
    tracker: &Tracker,
    caller: Caller,
    request: wire::GetTeamRequest,
) -> Result<wire::Team> {
    let (db, scopes) = (&tracker.db, access::READ_TEAMS);
    let found = team::for_caller(db, &caller, &request.organization, &request.team, scopes).await?;
    team::with_members(db, found).await
}
