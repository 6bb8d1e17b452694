use std::sync::Arc;

use patchbay_db::Db;
use patchbay_domain::Clock;

use crate::domain::links::Links;
use crate::metrics::TrackerMetrics;

/// What every operation works with. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Tracker {
    pub(crate) db: Db,
    pub(crate) clock: Clock,
    pub(crate) links: Links,
    pub(crate) metrics: TrackerMetrics,
    /// What new organizations may use, sorted.
    pub(crate) default_features: Arc<[String]>,
}
