use patchbay_domain::{Caller, Result};
use patchbay_proto::tracker as wire;

use super::team;
use crate::context::Context;
use crate::domain::access;
use crate::domain::organization::team::member_not_found;
use crate::store::teams;

pub(super) async fn set_team_member(
    context: &Context,
    caller: &Caller,
    request: wire::SetTeamMemberRequest,
) -> Result<wire::Team> {
    let (db, scopes) = (&context.db, access::WRITE_TEAMS);
    let found = team::to_change(db, caller, &request.organization, &request.team, scopes).await?;
    if !request.is_member {
        teams::remove_member(db, found.id, request.user_id).await?;
    } else if !teams::add_member(db, &found, request.user_id).await? {
        return Err(member_not_found());
    }
    team::with_members(db, found).await
}
