use std::sync::Arc;

use patchbay_db::Db;
use patchbay_domain::Clock;
use tokio::sync::Notify;

use crate::domain::links::Links;
use crate::metrics::TrackerMetrics;
use crate::record::Recorder;

/// What every operation works with. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Tracker {
    pub(crate) db: Db,
    pub(crate) clock: Clock,
    pub(crate) links: Links,
    pub(crate) metrics: TrackerMetrics,
    /// What new organizations may use, sorted.
    pub(crate) default_features: Arc<[String]>,
    /// For how many days errors are kept.
    pub(crate) error_days: u32,
    /// How many organizations a person may found and join.
    pub(crate) most_organizations: u32,
    /// Takes errors.
    pub(crate) recorder: Recorder,
    /// Called when something was hidden that can be removed.
    pub(crate) erase: Arc<Notify>,
    /// Numbers of projects are made of the moment, as Sentry's are.
    pub(crate) snowflake_ids: bool,
}
