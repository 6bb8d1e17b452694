//! Partitions of PostgreSQL, one for each day. SQLite has none.

use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use patchbay_db::{DayPartitions, Db, Result};

use crate::domain::event::least_id;

const TABLES: [DayPartitions; 2] =
    [DayPartitions::new("events", least_id_of), DayPartitions::new("sequence_runs", least_id_of)];

/// Creates the missing partitions of `first` and of the `days` days after it.
pub(crate) async fn make_partitions(db: &Db, first: NaiveDate, days: u64) -> Result<()> {
    for table in TABLES {
        table.make(db, first..=first + Days::new(days)).await?;
    }
    Ok(())
}

/// Drops the partitions of days before `oldest`, except for those with events that are still to be handed over.
/// Returns the names of what was dropped.
pub(crate) async fn drop_partitions(db: &Db, oldest: NaiveDate) -> Result<Vec<String>> {
    let mut dropped = Vec::new();
    for table in TABLES {
        for day in table.days(db).await?.range(..oldest) {
            let name = table.name(*day);
            if has_unmarked(db, *day).await? {
                tracing::warn!(
                    partition = name,
                    "kept beyond its time: it has events that are still to be handed over"
                );
                continue;
            }
            let mut tx = db.begin().await?;
            table.drop(&mut tx, *day).await?;
            tx.commit().await?;
            dropped.push(name);
        }
    }
    Ok(dropped)
}

/// A group has the id of its first event; the others may be of the day before or after.
async fn has_unmarked(db: &Db, day: NaiveDate) -> Result<bool> {
    let unmarked: i64 = db
        .query(
            "select count(*) from (
                 select 1 from unmarked where group_id >= $1 and group_id < $2 limit 1
             ) as found",
        )
        .bind(least_id(midnight(day) - TimeDelta::days(1)))
        .bind(least_id(midnight(day) + TimeDelta::days(2)))
        .fetch_scalar()
        .await?;
    Ok(unmarked > 0)
}

fn least_id_of(day: NaiveDate) -> String {
    least_id(midnight(day)).to_string()
}

fn midnight(day: NaiveDate) -> DateTime<Utc> {
    day.and_time(chrono::NaiveTime::MIN).and_utc()
}
