use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use patchbay_db::{Db, DbError, LeaseHolder};
use patchbay_runtime::sleep;

use crate::context::Context;
use crate::store::retention;

const EVERY: Duration = Duration::from_secs(3600);
/// Rows in one transaction, so that no other transaction waits long.
const BATCH: u32 = 500;
/// Only one replica deletes at a time.
const LEASE: &str = "webhook-sender retention";

/// Creates partitions for the next days and deletes rows older than `keep`, until a stop is requested.
pub(crate) async fn delete_old(context: Context, keep: Duration) {
    let Context { db, clock, stop, .. } = &context;
    let holder = LeaseHolder::unique();
    let keep = TimeDelta::from_std(keep).unwrap_or(TimeDelta::days(36_500));
    loop {
        let now = clock.now();
        tokio::select! {
            () = stop.requested() => return,
            result = delete(db, holder, now, now - keep) => {
                if let Err(error) = result {
                    tracing::warn!(%error, "old rows could not be deleted; the next attempt is in an hour");
                }
            }
        }
        tokio::select! {
            () = stop.requested() => return,
            () = sleep(clock, EVERY) => {}
        }
    }
}

async fn delete(
    db: &Db,
    holder: LeaseHolder,
    now: DateTime<Utc>,
    cutoff: DateTime<Utc>,
) -> Result<(), DbError> {
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
        tracing::info!(dropped, deleted, "old partitions and rows were deleted");
    }
    Ok(())
}
