//! Which apps have webhooks waiting, and since or until when.

use chrono::{DateTime, Utc};
use patchbay_db::{Db, FromRow, Result};

/// An app with webhooks that wait.
#[derive(Debug, FromRow, PartialEq, Eq)]
pub(crate) struct DueApp {
    pub app_id: i64,
    /// When the first of them is due.
    pub next_due: DateTime<Utc>,
}

/// The next apps with webhooks that wait, behind `after` and in the order of their numbers. Jumps from app to
/// app in the index: a million webhooks for one of them cost no more than one.
pub(crate) async fn due_apps(db: &Db, after: i64, limit: u32) -> Result<Vec<DueApp>> {
    db.query(
        "with recursive apps (app_id) as (
             select min(app_id) from deliveries where status = 1 and app_id > $1
             union all
             select (select min(app_id) from deliveries where status = 1 and app_id > apps.app_id)
             from apps where apps.app_id is not null
         )
         select app_id, (
             select min(due_at) from deliveries where status = 1 and deliveries.app_id = apps.app_id
         ) as next_due
         from (select app_id from apps where app_id is not null limit $2) apps order by app_id",
    )
    .bind(after)
    .bind(i64::from(limit))
    .fetch_all()
    .await
}
