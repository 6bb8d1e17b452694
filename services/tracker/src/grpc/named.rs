//! Resources that requests name by slug or id.

use patchbay_db::{Db, Result};

use crate::domain::input::id_or_slug::IdOrSlug;
use crate::domain::organization::Organization;
use crate::domain::organization::team::Team;
use crate::domain::project::Project;
use crate::store::{organizations, projects, teams};

pub(super) async fn organization(db: &Db, named: &str) -> Result<Option<Organization>> {
    match IdOrSlug::parse(named) {
        Some(reference) => organizations::find(db, &reference).await,
        None => Ok(None),
    }
}

pub(super) async fn project(db: &Db, organization_id: i64, named: &str) -> Result<Option<Project>> {
    match IdOrSlug::parse(named) {
        Some(reference) => projects::find(db, organization_id, &reference).await,
        None => Ok(None),
    }
}

pub(super) async fn team(db: &Db, organization_id: i64, named: &str) -> Result<Option<Team>> {
    match IdOrSlug::parse(named) {
        Some(reference) => teams::find(db, organization_id, &reference).await,
        None => Ok(None),
    }
}
