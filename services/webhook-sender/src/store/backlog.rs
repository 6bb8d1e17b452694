//! How much waits to be sent.

use chrono::{DateTime, Utc};
use patchbay_db::{Db, FromRow, Result};

/// What waits.
#[derive(Debug, FromRow)]
pub(crate) struct Backlog {
    pub count: i64,
    /// When the event of the oldest was accepted.
    pub oldest: Option<DateTime<Utc>>,
}

pub(crate) async fn backlog(db: &Db) -> Result<Backlog> {
    db.query("select count(*) as count, min(accepted_at) as oldest from deliveries where status = 1")
        .fetch_one()
        .await
}
