//! Deletes old rows.

use chrono::{DateTime, Utc};
use patchbay_db::{Db, Result};
use uuid::Uuid;

/// Rows deleted by one statement, so that no other writer of SQLite waits long.
const BATCH: i64 = 500;

/// Deletes handed-over events that were accepted before `oldest`, and their sequence runs. Few are left where partitions were dropped.
pub(crate) async fn expire_events(db: &Db, oldest: Uuid) -> Result<u64> {
    let mut deleted = 0;
    loop {
        let batch = db
            .query(
                "delete from events where id < $1 and id in (
                     select id from events where id < $1
                     and not exists (select 1 from unmarked where unmarked.group_id = events.group_id) limit $2
                 )",
            )
            .bind(oldest)
            .bind(BATCH)
            .execute()
            .await?;
        deleted += batch;
        if batch == 0 {
            break;
        }
    }
    while 0 < db
        .query(
            "delete from sequence_runs where first_event_id < $1 and (installation_id, last) in (
                 select installation_id, last from sequence_runs where first_event_id < $1 limit $2
             )",
        )
        .bind(oldest)
        .bind(BATCH)
        .execute()
        .await?
    {}
    Ok(deleted)
}

/// Deletes idempotency keys of events that were accepted before `oldest`.
pub(crate) async fn expire_keys(db: &Db, oldest: DateTime<Utc>) -> Result<u64> {
    let mut deleted = 0;
    loop {
        let batch = db
            .query(
                "delete from idempotency_keys where (organization_id, key) in (
                     select organization_id, key from idempotency_keys where accepted_at < $1 limit $2
                 )",
            )
            .bind(oldest)
            .bind(BATCH)
            .execute()
            .await?;
        deleted += batch;
        if batch == 0 {
            return Ok(deleted);
        }
    }
}
