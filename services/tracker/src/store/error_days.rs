//! The days of which errors are kept: partitions of PostgreSQL, one for each day; SQLite has none.

use chrono::NaiveDate;
use patchbay_db::{AssertSqlSafe, Db, Engine, Result};

use crate::domain::day;

const TABLE: &str = "error_events";
/// Rows deleted by one statement, so that nobody waits long for the writer of SQLite.
const BATCH: u64 = 500;

/// Makes the partitions of these days, as far as they are missing. A day of which there are errors already, because it was not
/// made in time, gets none; its errors lie among those of no day.
pub(crate) async fn make(db: &Db, days: std::ops::RangeInclusive<i64>) -> Result<()> {
    if db.engine() == Engine::Sqlite {
        return Ok(());
    }
    let existing = existing(db).await?;
    for number in days {
        let Some(name) = name(number).filter(|name| !existing.contains(name)) else { continue };
        let begun = db
            .query("select count(*) from (select 1 from error_events where day = $1 limit 1) as found")
            .bind(number)
            .fetch_scalar::<i64>()
            .await?;
        if begun == 0 {
            // Names and numbers of our own making only.
            let sql = format!(
                "create table if not exists {name} partition of {TABLE} for values from ({number}) to ({})",
                number + 1
            );
            db.query(AssertSqlSafe(sql)).execute().await?;
        }
    }
    Ok(())
}

/// Drops the partitions of days before `oldest`; the names of what was dropped.
pub(crate) async fn drop_before(db: &Db, oldest: i64) -> Result<Vec<String>> {
    let mut dropped = Vec::new();
    if db.engine() == Engine::Sqlite {
        return Ok(dropped);
    }
    for name in existing(db).await? {
        if number(&name).is_some_and(|number| number < oldest) {
            db.query(AssertSqlSafe(format!("drop table {name}"))).execute().await?;
            dropped.push(name);
        }
    }
    Ok(dropped)
}

/// Deletes errors of days before `oldest`; how many. Where whole partitions were dropped before, there is little left to do.
pub(crate) async fn delete_before(db: &Db, oldest: i64) -> Result<u64> {
    let mut deleted = 0;
    loop {
        let batch = db
            .query(
                "delete from error_events where day < $1 and (issue_id, number, day) in (
                     select issue_id, number, day from error_events where day < $1 limit $2
                 )",
            )
            .bind(oldest)
            .bind(i64::try_from(BATCH).unwrap_or(i64::MAX))
            .execute()
            .await?;
        deleted += batch;
        if batch < BATCH {
            return Ok(deleted);
        }
    }
}

async fn existing(db: &Db) -> Result<Vec<String>> {
    db.query(
        "select child.relname::text from pg_inherits
         join pg_class child on child.oid = inhrelid join pg_class parent on parent.oid = inhparent
         where parent.relname = $1 and parent.relnamespace = current_schema()::regnamespace",
    )
    .bind(TABLE)
    .fetch_scalars()
    .await
}

fn name(number: i64) -> Option<String> {
    Some(format!("{TABLE}_{}", day::date(number)?.format("%Y%m%d")))
}

/// `None` for the partition of all that has no day.
fn number(name: &str) -> Option<i64> {
    let date = NaiveDate::parse_from_str(name.strip_prefix(TABLE)?.strip_prefix('_')?, "%Y%m%d").ok()?;
    Some(day::day(date.and_time(chrono::NaiveTime::MIN).and_utc()))
}
