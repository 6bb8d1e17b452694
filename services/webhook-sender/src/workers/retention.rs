//! Forgets what is too old to be of use.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use patchbay_db::{Db, DbError};
use patchbay_domain::Clock;
use patchbay_runtime::{Stop, sleep};
use uuid::Uuid;

use crate::store::retention;

const EVERY: Duration = Duration::from_secs(3600);
/// Rows in one transaction: nobody waits long for it.
const BATCH: u32 = 500;
/// One replica is enough.
const LEASE: &str = "webhook-sender retention";

/// Makes room ahead and forgets what is behind, until `stop`.
pub(crate) async fn forget_old(db: Db, clock: Clock, keep: Duration, stop: Stop) {
    let holder = Uuid::new_v4();
    let keep = TimeDelta::from_std(keep).unwrap_or(TimeDelta::days(36_500));
    loop {
        let now = clock.now();
        tokio::select! {
            () = stop.requested() => return,
            forgotten = forget(&db, holder, now, now - keep) => {
                if let Err(error) = forgotten {
                    tracing::warn!(%error, "what is too old cannot be forgotten");
                }
            }
        }
        tokio::select! {
            () = stop.requested() => return,
            () = sleep(&clock, EVERY) => {}
        }
    }
}

async fn forget(db: &Db, holder: Uuid, now: DateTime<Utc>, cutoff: DateTime<Utc>) -> Result<(), DbError> {
    if !db.acquire_lease(LEASE, holder, now, TimeDelta::minutes(30)).await? {
        return Ok(());
    }
    retention::make_partitions(db, now).await?;
    let dropped = retention::drop_partitions(db, cutoff).await?;
    let mut deleted = 0;
    loop {
        let requests = retention::delete_requests(db, cutoff, BATCH).await?;
        let expired = retention::expire(db, cutoff, now, BATCH).await?;
        let ended = retention::delete_ended(db, cutoff, BATCH).await?;
        deleted += requests + expired + ended;
        if [requests, expired, ended].iter().all(|rows| *rows < u64::from(BATCH)) {
            break;
        }
    }
    retention::trim_kept(db).await?;
    retention::delete_counts(db, cutoff.min(now - TimeDelta::days(31))).await?;
    if dropped + deleted > 0 {
        tracing::info!(dropped, deleted, "days and rows of the past were forgotten");
    }
    Ok(())
}
