//! PostgreSQL tables that are partitioned by day, so that old rows can be dropped by whole days.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;

use chrono::NaiveDate;
use sqlx::AssertSqlSafe;

use crate::db::Db;
use crate::engine::Engine;
use crate::error::Result;
use crate::tx::Tx;

/// Lock timeout for creating and dropping a partition, so that readers and writers do not wait longer.
const LOCK_PATIENCE: &str = "set local lock_timeout = '2s'";

/// The day partitions of a table, `<table>_<yyyymmdd>`, and a default partition for rows of other days.
/// SQLite has no partitions: all methods do nothing there.
#[derive(Debug, Clone, Copy)]
pub struct DayPartitions {
    table: &'static str,
    begin: fn(NaiveDate) -> String,
}

impl DayPartitions {
    /// `begin` returns the value of the partition key with which a day starts, as the text between the quotes
    /// of an SQL literal.
    pub const fn new(table: &'static str, begin: fn(NaiveDate) -> String) -> Self {
        Self { table, begin }
    }

    pub fn name(&self, day: NaiveDate) -> String {
        format!("{}_{}", self.table, day.format("%Y%m%d"))
    }

    /// The days that have a partition.
    pub async fn days(&self, db: &Db) -> Result<BTreeSet<NaiveDate>> {
        if db.engine() == Engine::Sqlite {
            return Ok(BTreeSet::new());
        }
        let names: Vec<String> = db
            .query(
                "select cast(child.relname as text) from pg_inherits
                 join pg_class child on child.oid = inhrelid join pg_class parent on parent.oid = inhparent
                 where parent.relname = $1 and parent.relnamespace = cast(current_schema() as regnamespace)",
            )
            .bind(self.table)
            .fetch_scalars()
            .await?;
        Ok(names.iter().filter_map(|name| self.day(name)).collect())
    }

    /// Creates the missing partitions of these days.
    ///
    /// A day of which rows exist already, because a clock was ahead or the database unavailable for long,
    /// gets no partition. Its rows stay in the default partition and are deleted individually. The other days
    /// are not affected.
    ///
    /// # Errors
    /// Temporary errors: no connection, or no lock within two seconds.
    pub async fn make(&self, db: &Db, days: RangeInclusive<NaiveDate>) -> Result<()> {
        if db.engine() == Engine::Sqlite {
            return Ok(());
        }
        let existing = self.days(db).await?;
        let missing = days.start().iter_days().take_while(|day| days.contains(day));
        for day in missing.filter(|day| !existing.contains(day)) {
            let Some(next) = day.succ_opt() else { continue };
            let (name, from, to) = (self.name(day), (self.begin)(day), (self.begin)(next));
            let sql = format!(
                "create table if not exists {name} partition of {} for values from ('{from}') to ('{to}')",
                self.table
            );
            let mut tx = db.begin().await?;
            tx.query(LOCK_PATIENCE).execute().await?;
            match tx.query(AssertSqlSafe(sql)).execute().await {
                Err(error) if !error.is_retryable() => {
                    tracing::warn!(table = self.table, %day, %error, "cannot create the partition of a day; its rows go to the default partition");
                    tx.rollback().await?;
                }
                outcome => {
                    outcome?;
                    tx.commit().await?;
                }
            }
        }
        Ok(())
    }

    /// Drops the partition of a day and all its rows, within a transaction.
    ///
    /// # Errors
    /// No lock within two seconds.
    pub async fn drop(&self, tx: &mut Tx, day: NaiveDate) -> Result<()> {
        tx.query(LOCK_PATIENCE).execute().await?;
        tx.query(AssertSqlSafe(format!("drop table {}", self.name(day)))).execute().await.map(drop)
    }

    /// `None` for the default partition.
    fn day(&self, name: &str) -> Option<NaiveDate> {
        NaiveDate::parse_from_str(name.strip_prefix(self.table)?.strip_prefix('_')?, "%Y%m%d").ok()
    }
}
