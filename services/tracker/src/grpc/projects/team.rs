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

/// Like [`for_caller`], for callers who may change the team.
pub(super) async fn to_change(
    db: &Db,
    caller: &Caller,
    organization: &str,
    team: &str,
    scopes: &[Scope],
) -> Result<Team> {
    let found = for_caller(db, caller, organization, team, scopes).await?;
    let organization = named::find_organization(db, organization).await?.ok_or_else(not_found)?;
    may_use_team(db, caller, (organization.id, organization.open_membership), Some(found.id)).await?;
    Ok(found)
}

/// In an organization with closed membership, members and admins use their own teams only. Otherwise they could join the team of any
/// project.
pub(super) async fn may_use_team(
    db: &Db,
    caller: &Caller,
    (organization_id, is_open): (i64, bool),
    team_id: Option<i64>,
) -> Result<()> {
    let Some(user_id) = caller.limited_by_teams(organization_id).filter(|_| !is_open) else {
        return Ok(());
    };
    let members = match team_id {
        Some(id) => teams::members(db, id).await?,
        None => Vec::new(),
    };
    if members.contains(&user_id) { Ok(()) } else { Err(Error::permission_denied()) }
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
