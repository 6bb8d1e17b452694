//! Deletion of rows that no request needs any more.

use chrono::{DateTime, TimeDelta, Utc};
use patchbay_db::{AssertSqlSafe, Db, Engine, Result};

/// Rows of one statement: few enough not to block other writers.
pub(crate) const BATCH: u64 = 500;

/// The time that must have passed since the moment in the condition; the table, its key, and the condition.
const RULES: [(TimeDelta, &str, &str, &str); 7] = [
    // A watcher is disconnected long before it lags by an hour.
    (TimeDelta::hours(1), "revocations", "version", "revoked_at < $1"),
    // A request gets "expired" for a day and "unknown" afterwards.
    (TimeDelta::days(1), "grants", "installation_uuid", "expires_at < $1"),
    (TimeDelta::days(1), "sign_in_links", "secret_hash", "expires_at < $1"),
    (TimeDelta::days(1), "tokens", "id", "kind = 'session' and expires_at < $1"),
    // A request that was in progress when its installation ended has finished long before.
    (TimeDelta::days(1), "ended_installations", "installation_uuid", "ended_at < $1"),
    (TimeDelta::zero(), "used_once", "hash", "expires_at < $1"),
    // The replay of a used refresh token ends its family as long as the row exists.
    (TimeDelta::days(90), "tokens", "id", "replaced_at < $1"),
];

/// Deletes one batch by each rule; true if more rows may be left.
pub(crate) async fn batch(db: &Db, now: DateTime<Utc>) -> Result<bool> {
    let mut more = false;
    for (after, table, key, condition) in RULES {
        // Skipping locked rows rules out deadlocks. The next round deletes them.
        let lock = if db.engine() == Engine::Postgres { "for update skip locked" } else { "" };
        let statement = format!(
            "delete from {table} where {key} in (select {key} from {table} where {condition} limit {BATCH} {lock})"
        );
        let deleted = db.query(AssertSqlSafe(statement)).bind(now - after).execute().await?;
        more |= deleted >= BATCH;
    }
    Ok(more)
}
