//! Deletes old errors, and creates the partitions of the coming days.

use std::time::Duration;

use chrono::TimeDelta;
use patchbay_db::{Db, LeaseHolder, Result};
use patchbay_domain::Clock;
use patchbay_runtime::Stop;

use crate::domain::error::day;
use crate::store::error_days;

const PAUSE: Duration = Duration::from_secs(3600);
const PAUSE_AFTER_FAILURE: Duration = Duration::from_secs(60);
/// Longer than a round.
const LEASE: TimeDelta = TimeDelta::minutes(30);
const LEASE_NAME: &str = "error retention";
/// Partitions are created ahead, so that an outage of the database is harmless.
const DAYS_AHEAD: i64 = 3;

/// Deletes errors after `keep_days` days.
#[derive(Debug)]
pub(crate) struct ErrorRetention {
    pub(crate) db: Db,
    pub(crate) clock: Clock,
    pub(crate) keep_days: u32,
}

impl ErrorRetention {
    /// Creates the partition of today before the first error arrives.
    pub(crate) async fn make_room(&self) {
        let today = day::day(self.clock.now());
        if let Err(error) = error_days::make(&self.db, today..=today + DAYS_AHEAD).await {
            tracing::warn!(%error, "the partition for the errors of today could not be created; the next attempt follows at once");
        }
    }

    /// Runs every hour until a stop is requested.
    pub(crate) async fn run(self, stop: Stop) {
        let holder = LeaseHolder::unique();
        loop {
            let pause = match self.round(holder).await {
                Ok(()) => PAUSE,
                Err(error) => {
                    tracing::warn!(%error, "old errors could not be deleted; the next attempt is in 60 s");
                    PAUSE_AFTER_FAILURE
                }
            };
            tokio::select! {
                () = patchbay_runtime::sleep(&self.clock, pause) => {}
                () = stop.requested() => return,
            }
        }
    }

    /// A lease makes one replica do the work.
    async fn round(&self, holder: LeaseHolder) -> Result<()> {
        let now = self.clock.now();
        if !self.db.acquire_lease(LEASE_NAME, holder, now, LEASE).await? {
            return Ok(());
        }
        let (today, oldest) = (day::day(now), day::oldest(now, self.keep_days));
        error_days::make(&self.db, today..=today + DAYS_AHEAD).await?;
        for partition in error_days::drop_before(&self.db, oldest).await? {
            tracing::info!(partition, "dropped the errors of a day");
        }
        error_days::delete_before(&self.db, oldest).await?;
        self.db.release_lease(LEASE_NAME, holder).await
    }
}
