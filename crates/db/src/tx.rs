use std::fmt;

use sqlx::{Postgres, SqlSafeStr, Sqlite, SqlitePool, Transaction};

use crate::db::Db;
use crate::engine::Engine;
use crate::error::Result;
use crate::pools::Pools;
use crate::query::{PostgresOn, Query, SqliteOn, Target};

/// An open transaction. Dropping it rolls it back.
#[must_use = "a transaction that is dropped is rolled back"]
pub struct Tx {
    connection: Open,
    pub(crate) db: Db,
    /// Whether the transaction wrote to the outbox.
    pub(crate) wrote_outbox: bool,
}

enum Open {
    Postgres(Transaction<'static, Postgres>),
    Sqlite(Transaction<'static, Sqlite>),
}

impl Db {
    /// Begins a transaction: read committed on PostgreSQL (see [`Query::for_update`]), `begin immediate` on
    /// SQLite, so that a transaction that reads and then writes never fails half way. Keep it short and never
    /// hold it across a call to another system.
    pub async fn begin(&self) -> Result<Tx> {
        let connection = match &self.shared.pools {
            Pools::Postgres(pool) => Open::Postgres(pool.begin().await?),
            Pools::Sqlite { writer, .. } => Open::Sqlite(begin_immediate(writer).await?),
        };
        Ok(Tx { connection, db: self.clone(), wrote_outbox: false })
    }
}

impl Tx {
    /// A statement in this transaction.
    pub fn query(&mut self, sql: impl SqlSafeStr) -> Query<'_> {
        let target = match &mut self.connection {
            Open::Postgres(tx) => Target::Postgres(PostgresOn::Transaction(tx), Default::default()),
            Open::Sqlite(tx) => Target::Sqlite(SqliteOn::Transaction(tx), Default::default()),
        };
        Query::new(sql.into_sql_str(), target)
    }

    /// As [`Db::query_per_engine`].
    pub fn query_per_engine(&mut self, postgres: impl SqlSafeStr, sqlite: impl SqlSafeStr) -> Query<'_> {
        match self.db.engine() {
            Engine::Postgres => self.query(postgres),
            Engine::Sqlite => self.query(sqlite),
        }
    }

    /// The database engine.
    pub fn engine(&self) -> Engine {
        self.db.engine()
    }

    /// Runs a text of several statements without values. For migrations.
    pub(crate) async fn run_script(&mut self, sql: impl SqlSafeStr) -> Result<()> {
        match &mut self.connection {
            Open::Postgres(tx) => sqlx::raw_sql(sql).execute(&mut **tx).await.map(drop)?,
            Open::Sqlite(tx) => sqlx::raw_sql(sql).execute(&mut **tx).await.map(drop)?,
        }
        Ok(())
    }

    /// Commits, then wakes the outbox relay if the transaction wrote to the outbox.
    pub async fn commit(self) -> Result<()> {
        match self.connection {
            Open::Postgres(tx) => tx.commit().await?,
            Open::Sqlite(tx) => tx.commit().await?,
        }
        if self.wrote_outbox {
            self.db.outbox_notify();
        }
        Ok(())
    }

    /// Rolls back and waits until it is done.
    pub async fn rollback(self) -> Result<()> {
        match self.connection {
            Open::Postgres(tx) => tx.rollback().await?,
            Open::Sqlite(tx) => tx.rollback().await?,
        }
        Ok(())
    }
}

/// A plain `begin` takes the write lock at the first write, and fails there if another transaction has
/// written since.
async fn begin_immediate(writer: &SqlitePool) -> sqlx::Result<Transaction<'static, Sqlite>> {
    const BEGIN: &str = "begin immediate";
    match writer.begin_with(BEGIN).await {
        // If a commit fails, as on a full disk, SQLite ends the transaction, but the driver still considers
        // it open. Only another connection is usable then.
        Err(sqlx::Error::InvalidSavePointStatement) => {
            writer.acquire().await?.close().await?;
            writer.begin_with(BEGIN).await
        }
        begun => begun,
    }
}

impl fmt::Debug for Tx {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tx").field("db", &self.db).finish_non_exhaustive()
    }
}
