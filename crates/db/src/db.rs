use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex};

use sqlx::SqlSafeStr;
use tokio::sync::Notify;

use crate::config::DbConfig;
use crate::connect;
use crate::engine::Engine;
use crate::error::Result;
use crate::migrations::Migrations;
use crate::pools::Pools;
use crate::query::{PostgresOn, Query, SqliteOn, Target};

/// The database of one service: a pool on PostgreSQL or SQLite. Cheap to clone.
#[derive(Clone)]
pub struct Db {
    pub(crate) shared: Arc<Shared>,
}

/// The key of the text cache: the statement and the number of rows, which is 0 if it does not matter.
pub(crate) type TextKey = (&'static str, &'static [&'static str], &'static str, usize);

pub(crate) struct Shared {
    pub(crate) pools: Pools,
    pub(crate) service: &'static str,
    pub(crate) migrations: &'static Migrations,
    /// Wakes the outbox relay of this process.
    pub(crate) outbox: Notify,
    /// Cached texts of multi-row inserts.
    pub(crate) insert_texts: Mutex<HashMap<TextKey, Arc<str>>>,
}

/// The number of connections of a pool.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PoolStats {
    /// Open connections, idle ones included.
    pub size: u32,
    /// Open connections that are idle.
    pub idle: u32,
}

impl Db {
    /// Opens the database of `service` (kebab-case; its schema on PostgreSQL is that name with `_`, its file on SQLite
    /// `<service>.db`). Nothing is migrated: call [`Db::migrate`] or [`Db::ready`] next.
    pub async fn connect(
        config: &DbConfig,
        service: &'static str,
        migrations: &'static Migrations,
    ) -> Result<Self> {
        let pools = connect::open(config, service).await?;
        let shared =
            Shared { pools, service, migrations, outbox: Notify::new(), insert_texts: Mutex::default() };
        Ok(Self { shared: Arc::new(shared) })
    }

    /// The database engine. Prefer [`Db::query_per_engine`] to branching on it.
    pub fn engine(&self) -> Engine {
        match self.shared.pools {
            Pools::Postgres(_) => Engine::Postgres,
            Pools::Sqlite { .. } => Engine::Sqlite,
        }
    }

    /// A statement outside of a transaction (autocommit). On SQLite, `select`s run on the readers and
    /// everything else on the writer.
    pub fn query(&self, sql: impl SqlSafeStr) -> Query<'_> {
        let target = match &self.shared.pools {
            Pools::Postgres(pool) => Target::Postgres(PostgresOn::Pool(pool), Default::default()),
            Pools::Sqlite { writer, readers, .. } => {
                Target::Sqlite(SqliteOn::Pools { writer, readers }, Default::default())
            }
        };
        Query::new(sql.into_sql_str(), target)
    }

    /// A statement with a different text for each engine. Both texts take the same values.
    pub fn query_per_engine(&self, postgres: impl SqlSafeStr, sqlite: impl SqlSafeStr) -> Query<'_> {
        match self.engine() {
            Engine::Postgres => self.query(postgres),
            Engine::Sqlite => self.query(sqlite),
        }
    }

    /// Checks that the database answers.
    pub async fn ping(&self) -> Result<()> {
        self.query("select 1").execute().await.map(drop)
    }

    /// Readiness check: the database answers, no migration is pending
    /// ([`DbError::PendingMigrations`](crate::DbError::PendingMigrations)), and no applied migration has
    /// changed.
    pub async fn ready(&self) -> Result<()> {
        let pending = self.pending_migrations().await?;
        if pending.is_empty() { Ok(()) } else { Err(crate::DbError::PendingMigrations(pending)) }
    }

    /// The current number of connections; on SQLite the sum of the writer and the readers.
    pub fn pool_stats(&self) -> PoolStats {
        fn stats<D: sqlx::Database>(pool: &sqlx::Pool<D>) -> PoolStats {
            PoolStats { size: pool.size(), idle: u32::try_from(pool.num_idle()).unwrap_or(u32::MAX) }
        }
        match &self.shared.pools {
            Pools::Postgres(pool) => stats(pool),
            Pools::Sqlite { writer, readers, .. } => {
                let (one, many) = (stats(writer), stats(readers));
                PoolStats { size: one.size + many.size, idle: one.idle + many.idle }
            }
        }
    }

    /// Closes each connection after its current statement. Later statements fail as unavailable.
    pub async fn close(&self) {
        match &self.shared.pools {
            Pools::Postgres(pool) => pool.close().await,
            Pools::Sqlite { writer, readers, .. } => {
                readers.close().await;
                writer.close().await;
            }
        }
    }
}

impl fmt::Debug for Db {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Db")
            .field("engine", &self.engine())
            .field("service", &self.shared.service)
            .finish_non_exhaustive()
    }
}
