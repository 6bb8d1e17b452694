//! Tables of PostgreSQL that are parted by day, so that old rows go away by whole days.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;

use chrono::NaiveDate;
use sqlx::AssertSqlSafe;

use crate::db::Db;
use crate::engine::Engine;
use crate::error::Result;
use crate::tx::Tx;

/// Nobody who reads or writes waits longer for a partition to come or go.
const LOCK_PATIENCE: &str = "set local lock_timeout = '2s'";

/// The partitions of a table, `<table>_<yyyymmdd>` each, beside one for what has no day of its own. SQLite has none:
/// all of this does nothing there.
#[derive(Debug, Clone, Copy)]
pub struct DayPartitions {
    table: &'static str,
    begin: fn(NaiveDate) -> String,
}

impl DayPartitions {
    /// `begin` says with which value of the partition key a day begins, as it is put between quotes in SQL.
    pub const fn new(table: &'static str, begin: fn(NaiveDate) -> String) -> Self {
        Self { table, begin }
    }

    /// The name of a day's partition.
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

    /// Makes the partitions of these days, as far as they are missing.
    ///
    /// A day of which there are rows already, because a clock was ahead or a database away for long, gets none: its rows stay
    /// where they are, to be deleted one by one. The other days must not suffer from it.
    ///
    /// # Errors
    /// Those that are worth a second try: no connection, or no lock within two seconds.
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
                    tracing::warn!(table = self.table, %day, %error, "a day gets no partition of its own");
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

    /// Drops a day's partition within a transaction, whatever is in it.
    ///
    /// # Errors
    /// No lock within two seconds.
    pub async fn drop(&self, tx: &mut Tx, day: NaiveDate) -> Result<()> {
        tx.query(LOCK_PATIENCE).execute().await?;
        tx.query(AssertSqlSafe(format!("drop table {}", self.name(day)))).execute().await.map(drop)
    }

    /// `None` for the partition of all that has no day.
    fn day(&self, name: &str) -> Option<NaiveDate> {
        NaiveDate::parse_from_str(name.strip_prefix(self.table)?.strip_prefix('_')?, "%Y%m%d").ok()
    }
}
