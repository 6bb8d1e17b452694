use chrono::{DateTime, Utc};
use patchbay_db::{Db, Result};
use uuid::Uuid;

/// Marks events as handed over: every delivery of them is durable on the other side.
pub(crate) async fn mark_fanned_out(db: &Db, events: &[Uuid], now: DateTime<Utc>) -> Result<()> {
    // By the primary key alone: a word about unmarked ones could make PostgreSQL read the whole index of those.
    db.query("update events set fanned_out_at = $1 where id in ($list)")
        .bind(now)
        .bind_list(events)
        .execute()
        .await
        .map(drop)
}
