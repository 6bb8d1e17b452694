//! Resources that requests name by slug or id.

use patchbay_db::Db;
use patchbay_domain::{Caller, Error, Result};

use crate::domain::input::id_or_slug::IdOrSlug;
use crate::domain::organization::Organization;
use crate::domain::organization::team::Team;
use crate::domain::project::Project;
use crate::store::{organizations, projects, teams};

/// The named organization, for a caller who belongs to it or sees all of them, who get `missing` if it does not exist. Others get
/// the same refusal whether it exists or not.
pub(super) async fn organization(
    db: &Db,
    caller: &Caller,
    named: &str,
    missing: fn() -> Error,
) -> Result<Organization> {
    match find_organization(db, named).await? {
        Some(organization) if caller.scopes_in(organization.id).is_some() => Ok(organization),
        None if caller.sees_every_organization() => Err(missing()),
        _ => Err(Error::permission_denied()),
    }
}

/// The named organization, without a check of the caller.
pub(super) async fn find_organization(db: &Db, named: &str) -> patchbay_db::Result<Option<Organization>> {
    match IdOrSlug::parse(named) {
        Some(reference) => organizations::find(db, &reference).await,
        None => Ok(None),
    }
}

pub(super) async fn project(
    db: &Db,
    organization_id: i64,
    named: &str,
) -> patchbay_db::Result<Option<Project>> {
    match IdOrSlug::parse(named) {
        Some(reference) => projects::find(db, organization_id, &reference).await,
        None => Ok(None),
    }
}

pub(super) async fn team(db: &Db, organization_id: i64, named: &str) -> patchbay_db::Result<Option<Team>> {
    match IdOrSlug::parse(named) {
        Some(reference) => teams::find(db, organization_id, &reference).await,
        None => Ok(None),
    }
}
