//! Attempts by app and hour.

use chrono::{DateTime, TimeDelta, Utc};
use patchbay_db::{Db, FromRow, Result};

use crate::domain::endpoint_counts::EndpointCounts;

/// One hour of one app.
#[derive(Debug, FromRow)]
pub(crate) struct Hour {
    pub hour: DateTime<Utc>,
    pub succeeded: i64,
    pub failed: i64,
    pub timeouts: i64,
}

const COLUMNS: &[&str] = &[
    "app_id",
    "hour",
    "succeeded",
    "failed",
    "timeouts",
    "last_delivered_at",
    "last_failed_at",
    "last_failure",
];

/// Adds counts to the present hour.
pub(crate) async fn add(db: &Db, counts: &[(i64, EndpointCounts)], now: DateTime<Utc>) -> Result<()> {
    let hour = hour_of(now);
    let insert = db.insert_rows("endpoint_hours", COLUMNS, counts, |values, (app_id, count)| {
        values
            .bind(*app_id)
            .bind(hour)
            .bind(count.succeeded)
            .bind(count.failed)
            .bind(count.timeouts)
            .bind(count.last_delivered_at)
            .bind(count.last_failed_at)
            .bind(count.last_failure.as_deref());
    });
    let adding = "on conflict (app_id, hour) do update set
        succeeded = endpoint_hours.succeeded + excluded.succeeded,
        failed = endpoint_hours.failed + excluded.failed,
        timeouts = endpoint_hours.timeouts + excluded.timeouts,
        last_delivered_at = coalesce(excluded.last_delivered_at, endpoint_hours.last_delivered_at),
        last_failed_at = coalesce(excluded.last_failed_at, endpoint_hours.last_failed_at),
        last_failure = coalesce(excluded.last_failure, endpoint_hours.last_failure)";
    insert.suffix(adding).execute().await.map(drop)
}

fn hour_of(now: DateTime<Utc>) -> DateTime<Utc> {
    now - TimeDelta::microseconds(now.timestamp_micros().rem_euclid(3_600_000_000))
}

/// Apps with failed attempts since that time.
pub(crate) async fn failing_apps(db: &Db, since: DateTime<Utc>) -> Result<Vec<i64>> {
    let query = db.query("select distinct app_id from endpoint_hours where hour > $1 and failed > 0");
    query.bind(since).fetch_scalars().await
}

/// The hours of an app since that time, newest first.
pub(crate) async fn hours(db: &Db, app_id: i64, since: DateTime<Utc>) -> Result<Vec<Hour>> {
    db.query(
        "select hour, succeeded, failed, timeouts from endpoint_hours where app_id = $1 and hour > $2
         order by hour desc",
    )
    .bind(app_id)
    .bind(since)
    .fetch_all()
    .await
}

/// Deletes the hours of an app.
pub(crate) async fn forget(db: &Db, app_id: i64) -> Result<()> {
    db.query("delete from endpoint_hours where app_id = $1").bind(app_id).execute().await.map(drop)
}
