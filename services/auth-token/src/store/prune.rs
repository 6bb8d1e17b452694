//! Deletion of rows that no request needs any more.

use chrono::{DateTime, TimeDelta, Utc};
use patchbay_db::{Db, Result};

/// Rows of one statement: few enough not to block other writers.
pub(crate) const BATCH: u64 = 500;

/// Rows to delete: the time that must have passed since the column's moment, and the statement for each engine.
struct Rule {
    after: TimeDelta,
    postgres: &'static str,
    sqlite: &'static str,
}

/// On PostgreSQL the statement skips locked rows, which rules out deadlocks. The next round deletes them.
macro_rules! rule {
    ($after:expr, $table:literal, $key:literal, $condition:literal) => {
        Rule {
            after: $after,
            postgres: concat!(
                "delete from ",
                $table,
                " where ",
                $key,
                " in (select ",
                $key,
                " from ",
                $table,
                " where ",
                $condition,
                " limit 500 for update skip locked)"
            ),
            sqlite: concat!(
                "delete from ",
                $table,
                " where ",
                $key,
                " in (select ",
                $key,
                " from ",
                $table,
                " where ",
                $condition,
                " limit 500)"
            ),
        }
    };
}

const RULES: &[Rule] = &[
    // A watcher is disconnected long before it lags by an hour.
    rule!(TimeDelta::hours(1), "revocations", "version", "revoked_at < $1"),
    // A request gets "expired" for a day and "unknown" afterwards.
    rule!(TimeDelta::days(1), "grants", "installation_uuid", "expires_at < $1"),
    rule!(TimeDelta::days(1), "sign_in_links", "secret_hash", "expires_at < $1"),
    rule!(TimeDelta::days(1), "tokens", "id", "kind = 'session' and expires_at < $1"),
    // A request that was in progress when its installation ended has finished long before.
    rule!(TimeDelta::days(1), "ended_installations", "installation_uuid", "ended_at < $1"),
    rule!(TimeDelta::zero(), "used_once", "hash", "expires_at < $1"),
    // The replay of a used refresh token ends its family as long as the row exists.
    rule!(TimeDelta::days(90), "tokens", "id", "replaced_at < $1"),
];

/// Deletes one batch by each rule; true if more rows may be left.
pub(crate) async fn batch(db: &Db, now: DateTime<Utc>) -> Result<bool> {
    let mut more = false;
    for rule in RULES {
        let deleted =
            db.query_per_engine(rule.postgres, rule.sqlite).bind(now - rule.after).execute().await?;
        more |= deleted >= BATCH;
    }
    Ok(more)
}
