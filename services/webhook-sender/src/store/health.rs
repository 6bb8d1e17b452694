use chrono::{DateTime, TimeDelta, Utc};
use patchbay_db::{AssertSqlSafe, Db, FromRow, Result};

use super::status::{DEAD, HELD, PENDING};

#[derive(Debug, FromRow)]
pub(crate) struct Health {
    pub pending: i64,
    pub oldest_pending_at: Option<DateTime<Utc>>,
    pub dead: i64,
    pub last_delivered_at: Option<DateTime<Utc>>,
    pub last_failed_at: Option<DateTime<Utc>>,
    pub last_failure: Option<String>,
    pub succeeded: i64,
    pub failed: i64,
}

/// The health of an app's endpoint: counts of the last day, and the state of its webhooks.
pub(crate) async fn health(db: &Db, app_id: i64, now: DateTime<Utc>) -> Result<Health> {
    db.query(AssertSqlSafe(format!(
"select
             (select count(*) from deliveries where app_id = $1 and status in ({PENDING}, {HELD})) as pending,
             (select min(accepted_at) from deliveries where app_id = $1 and status in ({PENDING}, {HELD})) as oldest_pending_at,
             (select count(*) from deliveries where app_id = $1 and status = {DEAD}) as dead,
             (select last_delivered_at from endpoint_hours where app_id = $1 and last_delivered_at is not null
                 order by hour desc limit 1) as last_delivered_at,
             (select last_failed_at from endpoint_hours where app_id = $1 and last_failed_at is not null
                 order by hour desc limit 1) as last_failed_at,
             (select last_failure from endpoint_hours where app_id = $1 and last_failed_at is not null
                 order by hour desc limit 1) as last_failure,
             (select cast(coalesce(sum(succeeded), 0) as bigint) from endpoint_hours
                 where app_id = $1 and hour > $2) as succeeded,
             (select cast(coalesce(sum(failed), 0) as bigint) from endpoint_hours
                 where app_id = $1 and hour > $2) as failed"
)))
    .bind(app_id)
    .bind(now - TimeDelta::days(1))
    .fetch_one()
    .await
}
