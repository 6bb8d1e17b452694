//! The health of integrations: outcomes of their operations, by day and by problem.

use chrono::{DateTime, Utc};
use patchbay_db::{Db, FromRow, Tx};
use patchbay_domain::Error;

use crate::domain::health::{Day, KEPT_DAYS, ProblemRecord, State};
use patchbay_provider::Problem;

/// The state of an integration.
#[derive(Debug, Clone, FromRow)]
pub(crate) struct Record {
    pub(crate) state: String,
    pub(crate) since: DateTime<Utc>,
    pub(crate) last_success: Option<DateTime<Utc>>,
    pub(crate) failed_at: Option<DateTime<Utc>>,
    pub(crate) failed_operation: Option<String>,
    pub(crate) failed_kind: Option<String>,
    pub(crate) failed_message: Option<String>,
    pub(crate) webhook_received_at: Option<DateTime<Utc>>,
}

#[derive(Debug, FromRow)]
struct DayRow {
    day: String,
    success: i64,
    error: i64,
    fatal: i64,
    halted: i64,
    invalid_tokens: i64,
}

impl From<DayRow> for Day {
    fn from(row: DayRow) -> Self {
        Self {
            day: row.day,
            success: row.success,
            error: row.error,
            fatal: row.fatal,
            halted: row.halted,
            invalid_tokens: row.invalid_tokens,
        }
    }
}

#[derive(Debug, FromRow)]
struct ProblemRow {
    kind: String,
    count: i64,
    first_at: DateTime<Utc>,
    last_at: DateTime<Utc>,
    example: String,
}

const RECORD: &str = "select state, since, last_success, failed_at, failed_operation, failed_kind, failed_message, webhook_received_at
     from health where integration_id = $1";
const DAYS: &str =
    "select day, success, error, fatal, halted, invalid_tokens from health_days where integration_id = $1
     order by day desc limit $2";

pub(crate) async fn get(db: &Db, integration_id: i64) -> Result<Option<Record>, Error> {
    Ok(db.query(RECORD).bind(integration_id).fetch_optional().await?)
}

/// The state, locked until the transaction ends; made if it is new.
pub(crate) async fn lock(tx: &mut Tx, integration_id: i64, now: DateTime<Utc>) -> Result<Record, Error> {
    let insert = tx.query(
        "insert into health (integration_id, state, since) values ($1, $2, $3)
         on conflict (integration_id) do nothing",
    );
    insert.bind(integration_id).bind(State::Healthy.as_str()).bind(now).execute().await?;
    Ok(tx.query(RECORD).bind(integration_id).for_update().fetch_one().await?)
}

pub(crate) async fn write(tx: &mut Tx, integration_id: i64, record: &Record) -> Result<(), Error> {
    tx.row()
        .set("state", &record.state)
        .set("since", record.since)
        .set("last_success", record.last_success)
        .set("failed_at", record.failed_at)
        .set("failed_operation", record.failed_operation.as_deref())
        .set("failed_kind", record.failed_kind.as_deref())
        .set("failed_message", record.failed_message.as_deref())
        .set("webhook_received_at", record.webhook_received_at)
        .update("health", "integration_id", integration_id)
        .execute()
        .await?;
    Ok(())
}

/// An integration whose turn it is to be looked after.
#[derive(Debug, Clone, FromRow)]
pub(crate) struct Checked {
    pub(crate) integration_id: i64,
    pub(crate) state: String,
    pub(crate) failed_kind: Option<String>,
    pub(crate) failed_message: Option<String>,
    pub(crate) webhook_received_at: Option<DateTime<Utc>>,
    pub(crate) mailed_at: Option<DateTime<Utc>>,
    /// Time of the oldest link to a ticket.
    pub(crate) linked_since: Option<DateTime<Utc>>,
}

/// Active integrations that were not looked after since: `broken` for those that are broken, `working` for the others. At most 100.
pub(crate) async fn to_check(
    db: &Db,
    broken: DateTime<Utc>,
    working: DateTime<Utc>,
) -> Result<Vec<Checked>, Error> {
    let query = db.query(
        "select h.integration_id, h.state, h.failed_kind, h.failed_message, h.webhook_received_at, h.mailed_at,
                (select min(l.created_at) from issue_links l where l.integration_id = h.integration_id) as linked_since
         from health h join integrations i on i.id = h.integration_id
         where i.status = 'active' and (h.checked_at is null
             or h.state = 'broken' and h.checked_at <= $1 or h.checked_at <= $2)
         order by h.checked_at, h.integration_id limit 100",
    );
    Ok(query.bind(broken).bind(working).fetch_all().await?)
}

pub(crate) async fn set_checked(db: &Db, integration_id: i64, now: DateTime<Utc>) -> Result<(), Error> {
    let query = db.query("update health set checked_at = $2 where integration_id = $1");
    query.bind(integration_id).bind(now).execute().await?;
    Ok(())
}

pub(crate) async fn set_mailed(db: &Db, integration_id: i64, now: DateTime<Utc>) -> Result<(), Error> {
    let query = db.query("update health set mailed_at = $2 where integration_id = $1");
    query.bind(integration_id).bind(now).execute().await?;
    Ok(())
}

/// Newest first.
pub(crate) async fn days(db: &Db, integration_id: i64) -> Result<Vec<Day>, Error> {
    let rows = db.query(DAYS).bind(integration_id).bind(KEPT_DAYS).fetch_all::<DayRow>().await?;
    Ok(rows.into_iter().map(Day::from).collect())
}

/// Newest first. Call with the lock of the state.
pub(crate) async fn days_in(tx: &mut Tx, integration_id: i64) -> Result<Vec<Day>, Error> {
    let rows = tx.query(DAYS).bind(integration_id).bind(KEPT_DAYS).fetch_all::<DayRow>().await?;
    Ok(rows.into_iter().map(Day::from).collect())
}

/// Adds the counts to those of the day.
pub(crate) async fn add(tx: &mut Tx, integration_id: i64, counts: &Day) -> Result<(), Error> {
    tx.query(
        "insert into health_days as counted (integration_id, day, success, error, fatal, halted, invalid_tokens)
         values ($1, $2, $3, $4, $5, $6, $7)
         on conflict (integration_id, day) do update set
             success = counted.success + excluded.success, error = counted.error + excluded.error,
             fatal = counted.fatal + excluded.fatal, halted = counted.halted + excluded.halted,
             invalid_tokens = counted.invalid_tokens + excluded.invalid_tokens",
    )
    .bind(integration_id)
    .bind(&counts.day)
    .bind(counts.success)
    .bind(counts.error)
    .bind(counts.fatal)
    .bind(counts.halted)
    .bind(counts.invalid_tokens)
    .execute()
    .await?;
    Ok(())
}

pub(crate) async fn add_problem(
    tx: &mut Tx,
    integration_id: i64,
    problem: Problem,
    example: &str,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    tx.query(
        "insert into health_problems as known (integration_id, kind, count, first_at, last_at, example)
         values ($1, $2, 1, $3, $3, $4)
         on conflict (integration_id, kind) do update set
             count = known.count + 1, last_at = excluded.last_at, example = excluded.example",
    )
    .bind(integration_id)
    .bind(problem.name())
    .bind(now)
    .bind(example)
    .execute()
    .await?;
    Ok(())
}

/// The latest first.
pub(crate) async fn problems(db: &Db, integration_id: i64) -> Result<Vec<ProblemRecord>, Error> {
    let query = db.query(
        "select kind, count, first_at, last_at, example from health_problems where integration_id = $1
         order by last_at desc, kind",
    );
    let rows = query.bind(integration_id).fetch_all::<ProblemRow>().await?;
    let known = rows.into_iter().filter_map(|row| {
        let problem = Problem::ALL.into_iter().find(|problem| problem.name() == row.kind)?;
        let ProblemRow { count, first_at: first, last_at: last, example, .. } = row;
        Some(ProblemRecord { problem, count, first, last, example })
    });
    Ok(known.collect())
}

/// Deletes days before the first that is kept, and problems that did not happen since.
pub(crate) async fn prune(db: &Db, first_kept: &str, since: DateTime<Utc>) -> Result<(), Error> {
    db.query("delete from health_days where day < $1").bind(first_kept).execute().await?;
    db.query("delete from health_problems where last_at < $1").bind(since).execute().await?;
    Ok(())
}
