use std::collections::{BTreeSet, HashMap};
use std::ops::Range;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use patchbay_db::DbError;
use patchbay_domain::Error;
use uuid::Uuid;

use super::rules::ProjectRules;
use super::submission::Incoming;
use crate::domain::project;

/// Read and allocated before the transaction begins.
pub(super) struct Prepared {
    pub(super) rules: HashMap<i64, Arc<ProjectRules>>,
    pub(super) releases: HashMap<(i64, String), i64>,
    /// Ids for issues to be opened.
    pub(super) issue_ids: Range<i64>,
    pub(super) activity_id: i64,
    pub(super) now: DateTime<Utc>,
}

/// The reason why a batch was not recorded.
#[derive(Debug)]
pub(super) enum Failure {
    Db(DbError),
    /// Issues were deleted, or opened by another replica, between preparing and locking.
    Overtaken,
    /// These projects were deleted meanwhile.
    ProjectsDeleted(BTreeSet<i64>),
}

impl From<DbError> for Failure {
    fn from(error: DbError) -> Self {
        Self::Db(error)
    }
}

impl From<Failure> for Error {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Db(error) => error.into(),
            Failure::Overtaken => {
                Error::unavailable("OVERLOADED", "Others record the same errors. Send them again.")
            }
            Failure::ProjectsDeleted(_) => project::not_found(),
        }
    }
}

/// The distinct fingerprints of these errors.
pub(super) fn fingerprints(incoming: &[Incoming<'_>]) -> Vec<Uuid> {
    let distinct: BTreeSet<Uuid> = incoming.iter().map(|(_, event)| event.fingerprint).collect();
    distinct.into_iter().collect()
}
