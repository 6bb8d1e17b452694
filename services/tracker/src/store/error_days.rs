//! The stored errors by day: a partition for each day on PostgreSQL; SQLite has no partitions.

use std::ops::RangeInclusive;

use chrono::NaiveDate;
use patchbay_db::{DayPartitions, Db, Result};

use crate::domain::error::day;

const PARTITIONS: DayPartitions = DayPartitions::new("error_events", |date| number(date).to_string());
/// Rows deleted by one statement; small, because SQLite has one writer.
const BATCH: u64 = 500;

/// Creates the missing partitions of these days.
pub(crate) async fn make(db: &Db, days: RangeInclusive<i64>) -> Result<()> {
    let (Some(first), Some(last)) = (day::date(*days.start()), day::date(*days.end())) else { return Ok(()) };
    PARTITIONS.make(db, first..=last).await
}

/// Drops the partitions of days before `oldest`; returns their names.
pub(crate) async fn drop_before(db: &Db, oldest: i64) -> Result<Vec<String>> {
    let mut dropped = Vec::new();
    for date in PARTITIONS.days(db).await? {
        if number(date) < oldest {
            let mut tx = db.begin().await?;
            PARTITIONS.drop(&mut tx, date).await?;
            tx.commit().await?;
            dropped.push(PARTITIONS.name(date));
        }
    }
    Ok(dropped)
}

/// Deletes errors of days before `oldest` and returns their number. Few are left where partitions were dropped before.
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

fn number(date: NaiveDate) -> i64 {
    day::day(date.and_time(chrono::NaiveTime::MIN).and_utc())
}
