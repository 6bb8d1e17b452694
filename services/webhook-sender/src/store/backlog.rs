use chrono::{DateTime, Utc};
use patchbay_db::{AssertSqlSafe, Db, FromRow, Result};

use super::status::PENDING;

/// The pending webhooks.
#[derive(Debug, FromRow)]
pub(crate) struct Backlog {
    pub count: i64,
    /// When the event of the oldest webhook was accepted.
    pub oldest: Option<DateTime<Utc>>,
}

pub(crate) async fn backlog(db: &Db) -> Result<Backlog> {
    db.query(AssertSqlSafe(format!(
        "select count(*) as count, min(accepted_at) as oldest from deliveries where status = {PENDING}"
    )))
    .fetch_one()
    .await
}
