//! Breakers, shared by all replicas.

use chrono::{DateTime, Utc};
use patchbay_db::{AssertSqlSafe, Db, FromRow, Result};

use crate::domain::breaker::Phase;

/// One endpoint's breaker.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub(crate) struct BreakerRow {
    pub app_id: i64,
    pub version: i64,
    /// [`CLOSED`], [`OPEN`] or [`DRAINING`].
    breaker: i32,
    pub broken_since: Option<DateTime<Utc>>,
    next_at: DateTime<Utc>,
    failed_probes: i32,
    draining_since: Option<DateTime<Utc>>,
}

const CLOSED: i32 = 1;
const OPEN: i32 = 2;
const DRAINING: i32 = 3;

impl BreakerRow {
    pub(crate) fn new(
        app_id: i64,
        version: i64,
        phase: Phase,
        broken_since: Option<DateTime<Utc>>,
        now: DateTime<Utc>,
    ) -> Self {
        let (breaker, next_at, failed_probes, draining_since) = match phase {
            Phase::Closed => (CLOSED, now, 0, None),
            Phase::Open { next_probe_at, failed_probes } => {
                (OPEN, next_probe_at, failed_probes.try_into().unwrap_or(i32::MAX), None)
            }
            Phase::Draining { since, next_at } => (DRAINING, next_at, 0, Some(since)),
        };
        Self { app_id, version, breaker, broken_since, next_at, failed_probes, draining_since }
    }

    pub(crate) fn phase(&self) -> Phase {
        match self.breaker {
            OPEN => Phase::Open {
                next_probe_at: self.next_at,
                failed_probes: self.failed_probes.try_into().unwrap_or(0),
            },
            DRAINING => {
                Phase::Draining { since: self.draining_since.unwrap_or(self.next_at), next_at: self.next_at }
            }
            _ => Phase::Closed,
        }
    }
}

const COLUMNS: &[&str] =
    &["app_id", "version", "breaker", "broken_since", "next_at", "failed_probes", "draining_since"];

/// Stores breakers, except those of which another replica has stored a newer version.
pub(crate) async fn save(db: &Db, rows: &[BreakerRow]) -> Result<()> {
    let insert = db.insert_rows("endpoints", COLUMNS, rows, |values, row| {
        values
            .bind(row.app_id)
            .bind(row.version)
            .bind(row.breaker)
            .bind(row.broken_since)
            .bind(row.next_at)
            .bind(row.failed_probes)
            .bind(row.draining_since);
    });
    let newer = "on conflict (app_id) do update set
        version = excluded.version, breaker = excluded.breaker, broken_since = excluded.broken_since,
        next_at = excluded.next_at, failed_probes = excluded.failed_probes,
        draining_since = excluded.draining_since
        where endpoints.version < excluded.version";
    insert.suffix(newer).execute().await.map(drop)
}

/// Loads all breakers: one for each endpoint whose breaker was ever open.
pub(crate) async fn load(db: &Db) -> Result<Vec<BreakerRow>> {
    db.query("select app_id, version, breaker, broken_since, next_at, failed_probes, draining_since from endpoints")
        .fetch_all()
        .await
}

/// Loads the breakers that are not closed, and those of `apps`.
pub(crate) async fn load_not_closed(db: &Db, apps: &[i64]) -> Result<Vec<BreakerRow>> {
    db.query(AssertSqlSafe(format!(
        "select app_id, version, breaker, broken_since, next_at, failed_probes, draining_since
         from endpoints where breaker <> {CLOSED}
         union select app_id, version, breaker, broken_since, next_at, failed_probes, draining_since
         from endpoints where app_id in ($list)"
    )))
    .bind_list(apps)
    .fetch_all()
    .await
}

/// Takes the next step of an endpoint, a probe or a batch of a drain, for this replica. Returns false if another replica took it. The step
/// after it is due at `next`. A step planned after `horizon` is due, too, because it was planned before the clock was set back.
pub(crate) async fn take_step(
    db: &Db,
    app_id: i64,
    version: i64,
    now: DateTime<Utc>,
    next: DateTime<Utc>,
    horizon: DateTime<Utc>,
) -> Result<bool> {
    let query = db.query(AssertSqlSafe(format!(
        "update endpoints set next_at = $4
         where app_id = $1 and version = $2 and breaker <> {CLOSED} and (next_at <= $3 or next_at > $5)"
    )));
    Ok(query.bind(app_id).bind(version).bind(now).bind(next).bind(horizon).execute().await? == 1)
}
