//! Deleting what nobody can ask about any more.

use chrono::{DateTime, TimeDelta, Utc};
use patchbay_db::{Db, Result};

/// Rows of one statement: small enough not to keep others waiting.
pub(crate) const BATCH: u64 = 500;

/// What is deleted, by table: how long after the moment in question, and the statement for each engine.
struct Rule {
    after: TimeDelta,
    postgres: &'static str,
    sqlite: &'static str,
}

/// On PostgreSQL rows that somebody works on are left for the next time, which also rules out deadlocks.
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
    // A watcher is cut off long before it lags by that much.
    rule!(TimeDelta::hours(1), "revocations", "version", "revoked_at < $1"),
    // For a day the answer is "expired"; then it is "unknown".
    rule!(TimeDelta::days(1), "grants", "installation_uuid", "expires_at < $1"),
    rule!(TimeDelta::days(1), "sign_in_links", "secret_hash", "expires_at < $1"),
    rule!(TimeDelta::days(1), "tokens", "id", "kind = 'session' and expires_at < $1"),
    // Who was on the way to a token when its installation ended has arrived long since.
    rule!(TimeDelta::days(1), "ended_installations", "installation_uuid", "ended_at < $1"),
    rule!(TimeDelta::zero(), "used_once", "hash", "expires_at < $1"),
    // As long as a refresh token that was used up is remembered, its replay ends the family.
    rule!(TimeDelta::days(90), "tokens", "id", "replaced_at < $1"),
];

/// Deletes a batch of each kind; whether there may be more.
pub(crate) async fn batch(db: &Db, now: DateTime<Utc>) -> Result<bool> {
    let mut more = false;
    for rule in RULES {
        let deleted =
            db.query_per_engine(rule.postgres, rule.sqlite).bind(now - rule.after).execute().await?;
        more |= deleted >= BATCH;
    }
    Ok(more)
}
