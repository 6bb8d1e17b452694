//! The projects of an organization that a caller may access.

use patchbay_db::Db;
use patchbay_domain::{Caller, Result};

use crate::store::visible_projects;

/// The projects of one organization. Callers treat the others like projects that do not exist.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum VisibleProjects {
    All,
    /// By id.
    Of(Vec<i64>),
}

impl VisibleProjects {
    /// `is_open`: every member may access every project.
    pub(super) async fn of(
        db: &Db,
        caller: &Caller,
        (organization_id, is_open): (i64, bool),
    ) -> Result<Self> {
        match caller.limited_by_teams(organization_id) {
            Some(user_id) if !is_open => {
                Ok(Self::Of(visible_projects::of_user(db, organization_id, user_id).await?))
            }
            _ => Ok(Self::All),
        }
    }

    pub(super) fn contains(&self, project_id: i64) -> bool {
        self.ids().is_none_or(|ids| ids.binary_search(&project_id).is_ok())
    }

    /// `None` for all projects.
    pub(super) fn ids(&self) -> Option<&[i64]> {
        match self {
            Self::All => None,
            Self::Of(ids) => Some(ids),
        }
    }
}
