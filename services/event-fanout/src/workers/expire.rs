//! Deletes events and keys past their retention, and creates the partitions of the next days.

use std::time::Duration;

use chrono::TimeDelta;
use patchbay_db::{Db, DbError, LeaseHolder};
use patchbay_domain::Clock;
use patchbay_runtime::Stop;

use crate::domain::event::least_id;
use crate::metrics::FanoutMetrics;
use crate::store;

const PAUSE: Duration = Duration::from_secs(3600);
const PAUSE_AFTER_FAILURE: Duration = Duration::from_secs(60);
/// Longer than a round takes.
const LEASE: TimeDelta = TimeDelta::minutes(30);
/// Partitions created ahead, so that a short outage of the database does no harm.
const DAYS_AHEAD: u64 = 3;

pub(crate) struct Expire {
    pub(crate) db: Db,
    pub(crate) clock: Clock,
    /// How long events are kept.
    pub(crate) retention: Duration,
    /// How long idempotency keys are kept.
    pub(crate) keys: Duration,
    pub(crate) metrics: FanoutMetrics,
}

impl Expire {
    /// Runs until a stop is requested: at once, then every hour.
    pub(crate) async fn run(self, stop: Stop) {
        let holder = LeaseHolder::unique();
        loop {
            let pause = match self.round(holder).await {
                Ok(()) => PAUSE,
                Err(error) => {
                    tracing::warn!(%error, "old events could not be deleted; the next attempt is in 60 s");
                    PAUSE_AFTER_FAILURE
                }
            };
            tokio::select! {
                () = patchbay_runtime::sleep(&self.clock, pause) => {}
                () = stop.requested() => return,
            }
        }
    }

    /// Only the replica with the lease works.
    async fn round(&self, holder: LeaseHolder) -> Result<(), DbError> {
        let now = self.clock.now();
        if !self.db.acquire_lease("expire", holder, now, LEASE).await? {
            return Ok(());
        }
        store::make_partitions(&self.db, now.date_naive(), DAYS_AHEAD).await?;
        let oldest = now - TimeDelta::from_std(self.retention).unwrap_or(TimeDelta::MAX);
        for partition in store::drop_partitions(&self.db, oldest.date_naive()).await? {
            tracing::info!(partition, "dropped a day of events");
        }
        let expired = store::expire_events(&self.db, least_id(oldest)).await?;
        self.metrics.expired.inc_by(expired);
        let oldest_key = now - TimeDelta::from_std(self.keys).unwrap_or(TimeDelta::MAX);
        store::expire_keys(&self.db, oldest_key).await?;
        self.db.release_lease("expire", holder).await
    }
}
