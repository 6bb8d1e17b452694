use patchbay_db::Db;
use patchbay_domain::{Caller, Error, Result, Scope};
use patchbay_proto::tracker as wire;

use crate::domain::access;
use crate::domain::organization::team::{Team, not_found};
use crate::grpc::named;
use crate::store::teams;

/// The named team, for a caller with one of `scopes`.
pub(super) async fn for_caller(
    db: &Db,
    caller: &Caller,
    organization: &str,
    team: &str,
    scopes: &[Scope],
) -> Result<Team> {
    let organization = named::organization(db, caller, organization, not_found).await?;
    access::one_of(caller, organization.id, scopes, Error::permission_denied())?;
    named::team(db, organization.id, team).await?.ok_or_else(not_found)
}

/// A team with its members.
pub(super) async fn with_members(db: &Db, team: Team) -> Result<wire::Team> {
    let member_ids = teams::members(db, team.id).await?;
    Ok(to_wire(team, member_ids))
}

pub(super) fn to_wire(team: Team, member_ids: Vec<i64>) -> wire::Team {
    let Team { id, organization_id, slug, name } = team;
    wire::Team { id, organization_id, slug, name, member_ids }
}
