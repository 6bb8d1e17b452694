//! Deletes old audit entries.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use patchbay_db::Db;
use patchbay_domain::Clock;
use patchbay_runtime::{Stop, sleep};

use crate::store::audit_entries;

const EVERY: Duration = Duration::from_secs(3600);
/// Rows deleted by one statement; small, so that the lock is short.
const BATCH: u32 = 1000;

/// Runs until a stop is requested. Replicas need no coordination.
pub(crate) async fn run(db: Db, clock: Clock, keep: Duration, stop: Stop) {
    let keep = TimeDelta::from_std(keep).unwrap_or(TimeDelta::MAX);
    let working = async {
        loop {
            if let Some(before) = clock.now().checked_sub_signed(keep)
                && let Err(error) = forget(&db, before).await
            {
                tracing::warn!(%error, "old audit entries could not be deleted; the next attempt is in an hour");
            }
            sleep(&clock, EVERY).await;
        }
    };
    tokio::select! {
        () = working => {}
        () = stop.requested() => {}
    }
}

async fn forget(db: &Db, before: DateTime<Utc>) -> patchbay_db::Result<()> {
    while audit_entries::delete_before(db, before, BATCH).await? == u64::from(BATCH) {}
    Ok(())
}
