use std::sync::Arc;

use patchbay_db::Db;
use patchbay_domain::{Clock, Random};
use tokio::sync::Notify;

use crate::domain::links::Links;
use crate::metrics::TrackerMetrics;
use crate::recorder::Recorder;

/// Shared by every operation; cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Context {
    pub(crate) db: Db,
    pub(crate) clock: Clock,
    pub(crate) random: Random,
    pub(crate) links: Links,
    pub(crate) metrics: TrackerMetrics,
    /// Features of new organizations, sorted.
    pub(crate) default_features: Arc<[String]>,
    /// Number of days for which errors are kept.
    pub(crate) error_days: u32,
    /// Maximum number of organizations that a user may create and join.
    pub(crate) max_organizations: u32,
    pub(crate) recorder: Recorder,
    /// Wakes the eraser after an issue or project was hidden.
    pub(crate) erase: Arc<Notify>,
    /// New projects get ids made of the time instead of counted ones.
    pub(crate) snowflake_ids: bool,
}
