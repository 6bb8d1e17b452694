use std::collections::HashMap;

use patchbay_domain::Clock;
use sqlx::AssertSqlSafe;

use crate::connect;
use crate::db::Db;
use crate::engine::Engine;
use crate::error::{DbError, Result};
use crate::migrations::{BASE, BASE_PREFIX, Migration};
use crate::tx::Tx;

/// An arbitrary number. PostgreSQL's advisory locks are per database, so services wait for each other too.
const LOCK: i64 = 0x7061_7463_6862_6179;

struct Step {
    name: String,
    migration: &'static Migration,
}

impl Db {
    /// Applies the pending migrations, each in its own transaction, and returns their names. Several
    /// processes may call it at the same time: one works, the others wait and find nothing to do.
    pub async fn migrate(&self) -> Result<Vec<String>> {
        let mut applied = Vec::new();
        for step in self.unapplied().await? {
            if self.apply(&step).await? {
                tracing::info!(service = self.shared.service, migration = step.name, "migration applied");
                applied.push(step.name);
            }
        }
        Ok(applied)
    }

    /// The names of migrations that the database has not applied, in order. A database with further
    /// migrations (applied by a newer release) is accepted. A database whose applied migrations have a
    /// different text is refused with [`DbError::MigrationDrift`].
    pub async fn pending_migrations(&self) -> Result<Vec<String>> {
        Ok(self.unapplied().await?.into_iter().map(|step| step.name).collect())
    }

    async fn unapplied(&self) -> Result<Vec<Step>> {
        let applied = self.applied().await?;
        let mut unapplied = Vec::new();
        for step in self.steps() {
            match applied.get(&step.name) {
                None => unapplied.push(step),
                Some(checksum) => self.verify(&step, checksum)?,
            }
        }
        Ok(unapplied)
    }

    /// Name and checksum of the applied migrations.
    async fn applied(&self) -> Result<HashMap<String, Vec<u8>>> {
        let known: bool = self
            .query_per_engine(
                "select to_regclass('migrations') is not null",
                "select count(*) > 0 from sqlite_schema where type = 'table' and name = 'migrations'",
            )
            .fetch_scalar()
            .await?;
        if !known {
            return Ok(HashMap::new());
        }
        let rows: Vec<(String, Vec<u8>)> =
            self.query("select name, checksum from migrations").fetch_all().await?;
        Ok(rows.into_iter().collect())
    }

    fn steps(&self) -> impl Iterator<Item = Step> {
        let base = BASE.iter().map(|migration| (BASE_PREFIX, migration));
        let own = self.shared.migrations.iter().map(|migration| ("", migration));
        base.chain(own)
            .map(|(prefix, migration)| Step { name: format!("{prefix}{}", migration.name), migration })
    }

    fn verify(&self, step: &Step, checksum: &[u8]) -> Result<()> {
        if step.migration.checksum(self.engine()) == checksum {
            return Ok(());
        }
        Err(DbError::MigrationDrift(step.name.clone()))
    }

    /// Returns false if another process has applied it in the meantime.
    async fn apply(&self, step: &Step) -> Result<bool> {
        let mut tx = self.begin().await?;
        prepare(&mut tx, self.shared.service).await?;
        let checksum: Option<(Vec<u8>,)> = tx
            .query("select checksum from migrations where name = $1")
            .bind(&step.name)
            .fetch_optional()
            .await?;
        if let Some((checksum,)) = checksum {
            self.verify(step, &checksum)?;
            return Ok(false);
        }
        tx.run_script(AssertSqlSafe(step.migration.sql(self.engine()))).await?;
        tx.query("insert into migrations (name, checksum, applied_at) values ($1, $2, $3)")
            .bind(&step.name)
            .bind(step.migration.checksum(self.engine()))
            .bind(Clock::system().now())
            .execute()
            .await?;
        tx.commit().await?;
        Ok(true)
    }
}

/// Takes the migration lock for this transaction (on SQLite `begin immediate` is that lock) and creates the
/// table of applied migrations.
async fn prepare(tx: &mut Tx, service: &str) -> Result<()> {
    if tx.engine() == Engine::Postgres {
        tx.run_script("set local statement_timeout = 0").await?;
        tx.query("select pg_advisory_xact_lock($1)").bind(LOCK).execute().await?;
        let schema = connect::schema(service);
        // `if not exists` needs the permission to create schemas even if the schema exists.
        let exists: bool = tx
            .query("select exists (select 1 from pg_catalog.pg_namespace where nspname = $1)")
            .bind(&schema)
            .fetch_scalar()
            .await?;
        if !exists {
            tx.query(AssertSqlSafe(format!("create schema \"{schema}\""))).execute().await?;
        }
    }
    tx.query_per_engine(
        "create table if not exists migrations
         (name text not null primary key, checksum bytea not null, applied_at timestamptz not null)",
        "create table if not exists migrations
         (name text not null primary key, checksum blob not null, applied_at text not null) strict, without rowid",
    )
    .execute()
    .await
    .map(drop)
}
