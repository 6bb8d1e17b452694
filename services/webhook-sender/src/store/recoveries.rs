//! Recoveries: jobs that make dead letters due again.

use chrono::{DateTime, TimeDelta, Utc};
use patchbay_db::{AssertSqlSafe, Db, FromRow, Result, Tx};
use uuid::Uuid;

use super::dead_letters::DeadFilter;
use super::status::{CANCELLED, DEAD, DONE, PENDING, RUNNING};

/// The time between two batches of a recovery.
const BATCH_PERIOD: TimeDelta = TimeDelta::seconds(1);

/// A job. `status` holds the number of a `RecoveryStatus`.
#[derive(Debug, FromRow, PartialEq, Eq)]
pub(crate) struct Recovery {
    pub id: Uuid,
    pub app_id: i64,
    pub status: i32,
    resource: Option<String>,
    action: Option<String>,
    installation_id: Option<Uuid>,
    reason: Option<String>,
    accepted_from: Option<DateTime<Utc>>,
    accepted_to: Option<DateTime<Utc>>,
    pub rate: i32,
    pub total: i64,
    pub recovered: i64,
    pub started_at: DateTime<Utc>,
    pub ended_at: Option<DateTime<Utc>>,
}

const COLUMNS: &str =
    "id, app_id, status, resource, action, installation_id, reason, accepted_from, accepted_to, rate,
     total, recovered, started_at, ended_at";

impl Recovery {
    pub(crate) fn new(
        id: Uuid,
        app_id: i64,
        filter: DeadFilter,
        rate: i32,
        total: i64,
        started_at: DateTime<Utc>,
    ) -> Self {
        let (resource, action) = filter.event.unzip();
        let DeadFilter { installation_id, reason, start: accepted_from, end: accepted_to, .. } = filter;
        Self {
            id,
            app_id,
            status: RUNNING,
            resource,
            action,
            installation_id,
            reason,
            accepted_from,
            accepted_to,
            rate,
            total,
            recovered: 0,
            started_at,
            ended_at: None,
        }
    }

    fn filter(&self) -> DeadFilter {
        DeadFilter {
            event: self.resource.clone().zip(self.action.clone()),
            installation_id: self.installation_id,
            reason: self.reason.clone(),
            start: self.accepted_from,
            end: self.accepted_to,
        }
    }
}

/// Starts a recovery.
///
/// # Errors
/// A unique violation if another recovery of the app is running.
pub(crate) async fn start(tx: &mut Tx, job: &Recovery) -> Result<()> {
    let insert = format!(
        "insert into recoveries ({COLUMNS}, next_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $13)"
    );
    tx.query(AssertSqlSafe(insert))
        .bind(job.id)
        .bind(job.app_id)
        .bind(job.status)
        .bind(job.resource.as_deref())
        .bind(job.action.as_deref())
        .bind(job.installation_id)
        .bind(job.reason.as_deref())
        .bind(job.accepted_from)
        .bind(job.accepted_to)
        .bind(job.rate)
        .bind(job.total)
        .bind(job.recovered)
        .bind(job.started_at)
        .bind(job.ended_at)
        .execute()
        .await
        .map(drop)
}

pub(crate) async fn find(db: &Db, id: Uuid) -> Result<Option<Recovery>> {
    let sql = format!("select {COLUMNS} from recoveries where id = $1");
    db.query(AssertSqlSafe(sql)).bind(id).fetch_optional().await
}

/// Cancels a recovery. Returns false if it was not running.
pub(crate) async fn cancel(tx: &mut Tx, id: Uuid, now: DateTime<Utc>) -> Result<bool> {
    let query = tx.query(AssertSqlSafe(format!(
        "update recoveries set status = {CANCELLED}, ended_at = $2 where id = $1 and status = {RUNNING}"
    )));
    Ok(query.bind(id).bind(now).execute().await? == 1)
}

/// Claims the recoveries whose next batch is due, so that no other replica runs them.
pub(crate) async fn take_due(db: &Db, now: DateTime<Utc>) -> Result<Vec<Recovery>> {
    let sql = format!(
        "update recoveries set next_at = $2 where status = {RUNNING} and next_at <= $1 returning {COLUMNS}"
    );
    db.query(AssertSqlSafe(sql)).bind(now).bind(now + BATCH_PERIOD).fetch_all().await
}

/// Makes the next batch of a recovery due, oldest first. A batch smaller than the rate ends the recovery. Returns the size of the batch.
pub(crate) async fn recover(db: &Db, job: &Recovery, now: DateTime<Utc>) -> Result<u64> {
    let filter = job.filter();
    // A webhook that is given up again while the recovery runs is not recovered twice.
    let sql = format!(
        "update deliveries set status = {PENDING}, schedule_from = attempts, due_at = $2, reason = 'recovery', updated_at = $2
         where status = {DEAD} and delivery_id in (
             select delivery_id from deliveries where app_id = $1 and status = {DEAD} and updated_at <= $3{}
             order by event_id limit $4
         )",
        filter.sql(5)
    );
    let mut tx = db.begin().await?;
    let query = tx.query(AssertSqlSafe(sql)).bind(job.app_id).bind(now).bind(job.started_at);
    let recovered = filter.bind(query.bind(i64::from(job.rate))).execute().await?;
    let done = recovered < u64::try_from(job.rate).unwrap_or(1);
    tx.query(AssertSqlSafe(format!(
        "update recoveries set recovered = recovered + $2, status = case when $3 then {DONE} else status end,
             ended_at = case when $3 then $4 else ended_at end
         where id = $1 and status = {RUNNING}"
    )))
    .bind(job.id)
    .bind(i64::try_from(recovered).unwrap_or(i64::MAX))
    .bind(done)
    .bind(now)
    .execute()
    .await?;
    tx.commit().await?;
    Ok(recovered)
}
