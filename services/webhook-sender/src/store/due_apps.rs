use chrono::{DateTime, Utc};
use patchbay_db::{AssertSqlSafe, Db, FromRow, Result};

use super::status::PENDING;

/// An app with pending webhooks.
#[derive(Debug, FromRow, PartialEq, Eq)]
pub(crate) struct DueApp {
    pub app_id: i64,
    /// When the first one is due.
    pub next_due: DateTime<Utc>,
}

/// The next apps with pending webhooks, with numbers above `after` and in their order. Jumps from app to app in the index, so a million
/// webhooks of one app cost no more than one.
pub(crate) async fn due_apps(db: &Db, after: i64, limit: u32) -> Result<Vec<DueApp>> {
    db.query(AssertSqlSafe(format!(
        "with recursive apps (app_id) as (
             select min(app_id) from deliveries where status = {PENDING} and app_id > $1
             union all
             select (select min(app_id) from deliveries where status = {PENDING} and app_id > apps.app_id)
             from apps where apps.app_id is not null
         )
         select app_id, (
             select min(due_at) from deliveries where status = {PENDING} and deliveries.app_id = apps.app_id
         ) as next_due
         from (select app_id from apps where app_id is not null limit $2) apps order by app_id"
    )))
    .bind(after)
    .bind(i64::from(limit))
    .fetch_all()
    .await
}
