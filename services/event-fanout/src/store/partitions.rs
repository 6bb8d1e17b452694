//! Partitions of PostgreSQL, one for each day. SQLite has none.

use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use patchbay_db::{AssertSqlSafe, Db, Engine, Result};

use crate::domain::event::least_id;

const TABLES: [&str; 2] = ["events", "sequence_runs"];

/// Makes the partitions of `first` and the `days` days after it, as far as they are missing.
pub(crate) async fn make_partitions(db: &Db, first: NaiveDate, days: u64) -> Result<()> {
    if db.engine() == Engine::Sqlite {
        return Ok(());
    }
    for day in (0..=days).filter_map(|ahead| first.checked_add_days(Days::new(ahead))) {
        let Some(next) = day.checked_add_days(Days::new(1)) else { continue };
        for table in TABLES {
            let name = format!("{table}_{}", day.format("%Y%m%d"));
            if !existing(db, table).await?.contains(&name) {
                let (from, to) = (least_id(midnight(day)), least_id(midnight(next)));
                // Names and ids of our own making only.
                let sql = format!(
                    "create table if not exists {name} partition of {table} for values from ('{from}') to ('{to}')"
                );
                match db.query(AssertSqlSafe(sql)).execute().await {
                    // A clock that was ahead has put rows of that day elsewhere: they stay there, and are deleted one by one.
                    // The days behind it must not suffer.
                    Err(error) if !error.is_retryable() => {
                        tracing::warn!(%day, %error, "a day of events gets no partition of its own");
                    }
                    outcome => drop(outcome?),
                }
            }
        }
    }
    Ok(())
}

/// Drops the partitions of days before `oldest`, except for those with events that are still to be handed over.
/// Returns the names of what was dropped.
pub(crate) async fn drop_partitions(db: &Db, oldest: NaiveDate) -> Result<Vec<String>> {
    let mut dropped = Vec::new();
    if db.engine() == Engine::Sqlite {
        return Ok(dropped);
    }
    for table in TABLES {
        for name in existing(db, table).await? {
            let Some(day) = day_of(table, &name).filter(|day| *day < oldest) else { continue };
            let Some(next) = day.checked_add_days(Days::new(1)) else { continue };
            let unmarked: i64 = db
                .query(
                    "select count(*) from (
                         select 1 from unmarked where group_id >= $1 and group_id < $2 limit 1
                     ) as found",
                )
                // A group has the id of its first event; the others may be of the day before or after.
                .bind(least_id(midnight(day) - TimeDelta::days(1)))
                .bind(least_id(midnight(next) + TimeDelta::days(1)))
                .fetch_scalar()
                .await?;
            if unmarked > 0 {
                tracing::warn!(
                    partition = name,
                    "kept beyond its time: it has events that are still to be handed over"
                );
                continue;
            }
            db.query(AssertSqlSafe(format!("drop table {name}"))).execute().await?;
            dropped.push(name);
        }
    }
    Ok(dropped)
}

async fn existing(db: &Db, table: &str) -> Result<Vec<String>> {
    db.query(
        "select child.relname::text from pg_inherits
         join pg_class child on child.oid = inhrelid join pg_class parent on parent.oid = inhparent
         where parent.relname = $1 and parent.relnamespace = current_schema()::regnamespace",
    )
    .bind(table)
    .fetch_scalars()
    .await
}

/// `None` for the partition of all that has no day.
fn day_of(table: &str, name: &str) -> Option<NaiveDate> {
    NaiveDate::parse_from_str(name.strip_prefix(table)?.strip_prefix('_')?, "%Y%m%d").ok()
}

fn midnight(day: NaiveDate) -> DateTime<Utc> {
    day.and_time(chrono::NaiveTime::MIN).and_utc()
}
