//! Deletes old rows: whole partitions on PostgreSQL, small batches otherwise.

use chrono::{DateTime, Days, Utc};
use patchbay_db::{AssertSqlSafe, DayPartitions, Db, Engine, Result};
use uuid::Uuid;

use super::status::{DEAD, DELIVERED, DROPPED, HELD, PENDING, RUNNING};

/// Partitions of the request log.
const PARTITIONS: DayPartitions = DayPartitions::new("attempts", |day| format!("{day} 00:00:00+00"));
/// Partitions that are created ahead.
const DAYS_AHEAD: u64 = 3;
/// How late an event may be accepted and still have a partition of its own.
const DAYS_BEHIND: u64 = 1;

/// Creates the partitions of the next days. Does nothing on SQLite.
pub(crate) async fn make_partitions(db: &Db, now: DateTime<Utc>) -> Result<()> {
    let today = now.date_naive();
    PARTITIONS.make(db, today - Days::new(DAYS_BEHIND)..=today + Days::new(DAYS_AHEAD)).await
}

/// Drops the partitions of days before `cutoff`; the newest requests of each kind are kept.
pub(crate) async fn drop_partitions(db: &Db, cutoff: DateTime<Utc>) -> Result<u64> {
    let mut dropped = 0;
    for day in PARTITIONS.days(db).await? {
        if (day + Days::new(1)).and_time(Default::default()).and_utc() > cutoff {
            continue;
        }
        let mut tx = db.begin().await?;
        tx.query(AssertSqlSafe(keep_newest(&PARTITIONS.name(day), "true"))).execute().await?;
        PARTITIONS.drop(&mut tx, day).await?;
        tx.commit().await?;
        dropped += 1;
    }
    Ok(dropped)
}

/// Deletes up to `limit` requests accepted before `cutoff` from the table without partitions.
pub(crate) async fn delete_requests(db: &Db, cutoff: DateTime<Utc>, limit: u32) -> Result<u64> {
    let table = if db.engine() == Engine::Postgres { "attempts_other" } else { "attempts" };
    // Ids contain the time, so the index finds the oldest.
    let old = format!(
        "(delivery_id, number, accepted_at) in (
             select delivery_id, number, accepted_at from {table}
             where delivery_id < $1 and accepted_at < $2 order by delivery_id limit $3
         )"
    );
    let (mut tx, mut deleted) = (db.begin().await?, 0);
    for sql in [keep_newest(table, &old), format!("delete from {table} where {old}")] {
        let query = tx.query(AssertSqlSafe(sql));
        deleted = query.bind(before(cutoff)).bind(cutoff).bind(i64::from(limit)).execute().await?;
    }
    tx.commit().await?;
    Ok(deleted)
}

/// Deletes all but the newest hundred requests and failures of each app and event type.
pub(crate) async fn trim_kept(db: &Db) -> Result<u64> {
    db.query(
        "delete from kept_attempts where (delivery_id, number, accepted_at) in (
             select delivery_id, number, accepted_at from (
                 select delivery_id, number, accepted_at, delivered,
                     row_number() over (partition by app_id, resource, action order by started_at desc) as newest,
                     row_number() over (partition by app_id, resource, action, delivered order by started_at desc)
                         as newest_of_kind
                 from kept_attempts
             ) ranked
             where newest > 100 and (delivered or newest_of_kind > 100)
         )",
    )
    .execute()
    .await
}

/// Gives up at most `limit` webhooks that were accepted before `cutoff` and still wait.
pub(crate) async fn expire(db: &Db, cutoff: DateTime<Utc>, now: DateTime<Utc>, limit: u32) -> Result<u64> {
    db.query(AssertSqlSafe(format!(
"update deliveries set status = {DEAD}, reason = 'expired', grant_code = null, updated_at = $2 where delivery_id in (
             select delivery_id from deliveries
             where status in ({PENDING}, {HELD}) and delivery_id < $1 and accepted_at < $3 order by delivery_id limit $4
         )"
)))
    .bind(before(cutoff))
    .bind(now)
    .bind(cutoff)
    .bind(i64::from(limit))
    .execute()
    .await
}

/// Deletes up to `limit` deliveries that ended before `cutoff`.
pub(crate) async fn delete_ended(db: &Db, cutoff: DateTime<Utc>, limit: u32) -> Result<u64> {
    db.query(AssertSqlSafe(format!(
"delete from deliveries where delivery_id in (
             select delivery_id from deliveries where status in ({DELIVERED}, {DEAD}, {DROPPED}) and updated_at < $1 limit $2
         )"
)))
    .bind(cutoff)
    .bind(i64::from(limit))
    .execute()
    .await
}

/// Deletes counts and recoveries from before `cutoff`.
pub(crate) async fn delete_counts(db: &Db, cutoff: DateTime<Utc>) -> Result<()> {
    db.query("delete from endpoint_hours where hour < $1").bind(cutoff).execute().await?;
    let jobs = db.query(AssertSqlSafe(format!(
        "delete from recoveries where status <> {RUNNING} and started_at < $1"
    )));
    jobs.bind(cutoff).execute().await.map(drop)
}

const COLUMNS: &str =
    "delivery_id, number, accepted_at, event_id, installation_id, app_id, organization_id, resource,
     action, sequence, webhook_url, started_at, duration_ms, delivered, response_code, error, error_id,
     error_project, request_headers, request_body, response_body, body, traceparent, unconditional";

fn keep_newest(table: &str, condition: &str) -> String {
    format!(
        "insert into kept_attempts ({COLUMNS})
         select {COLUMNS} from (
             select {COLUMNS},
                 row_number() over (partition by app_id, resource, action order by started_at desc) as newest,
                 row_number() over (partition by app_id, resource, action, delivered order by started_at desc)
                     as newest_of_kind
             from {table} where {condition}
         ) ranked
         where newest <= 100 or (newest_of_kind <= 100 and not delivered)
         on conflict do nothing"
    )
}

/// The lowest id of a delivery whose event was accepted at that time.
fn before(moment: DateTime<Utc>) -> Uuid {
    let millis = u64::try_from(moment.timestamp_millis()).unwrap_or(0);
    Uuid::from_u128(u128::from(millis) << 80)
}
