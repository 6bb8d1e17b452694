//! One query interface for PostgreSQL and SQLite.
//!
//! A service writes each statement once, with `$1` placeholders and native types. It runs on both engines:
//!
//! ```no_run
//! use patchbay_db::{Db, DbConfig, DbError, Migrations};
//!
//! // migrations/postgres/0001_apps.sql, in an order that never changes:
//! // static MIGRATIONS: Migrations = patchbay_db::migrations!["0001_apps": derived];
//! static MIGRATIONS: Migrations = Migrations::new(&[]);
//!
//! # async fn example() -> Result<(), DbError> {
//! let db = Db::connect(&DbConfig::new("sqlite:.patchbay"), "installation", &MIGRATIONS).await?;
//! db.migrate().await?; // embedded mode and the `migrate` command; a server calls `db.ready()` instead
//!
//! let names: Vec<(i64, String)> =
//!     db.query("select id, name from apps where organization_id = $1 order by id").bind(7_i64).fetch_all().await?;
//!
//! let mut tx = db.begin().await?;
//! let seen: i64 = tx.query("select seen from apps where id = $1").bind(1_i64).for_update().fetch_scalar().await?;
//! tx.query("update apps set seen = $1 where id = $2").bind(seen + 1).bind(1_i64).execute().await?;
//! tx.commit().await?; // dropped without it = rolled back
//! # drop(names); Ok(())
//! # }
//! ```
//!
//! # Types
//!
//! | Rust | PostgreSQL | SQLite (`strict` tables) |
//! |---|---|---|
//! | `i64` (`i32`, `i16`) | `bigint` (`integer`, `smallint`) | `integer` |
//! | `bool` | `boolean` | `integer` |
//! | `f64` | `double precision` | `real` |
//! | `String`, `&str` | `text` | `text` |
//! | [`Uuid`](uuid::Uuid) | `uuid` | `blob` |
//! | `DateTime<Utc>` | `timestamptz` | `text` (RFC 3339 in UTC; compares and sorts in order of time) |
//! | `Vec<u8>`, `&[u8]`, [`Blob`] | `bytea` | `blob` |
//! | [`Json<T>`] | `jsonb`, or `json` where the text has to stay | `text` |
//!
//! `Option<T>` of each is nullable. Always bind times as `DateTime<Utc>`, in whole microseconds as
//! `patchbay_domain::Clock` gives them.
//!
//! Row structs have `#[derive(patchbay_db::FromRow)]`. The output of the derive names the `sqlx` crate, so a
//! service that derives it also lists `sqlx.workspace = true`. Tuples of up to 16 columns need no struct.
//!
//! The SQLite text of a migration that uses only these types is derived from the PostgreSQL text: see [`migrations!`].
//!
//! # Rules for portable statements
//!
//! - `on conflict … do update`, `returning`, CTEs, row values and window functions are the same on both.
//! - Cast `sum()` (`cast(sum(x) as bigint)`), lower both sides of `like`, write `nulls first|last`, never
//!   write `now()`: ids and times are bound.
//! - `in ($list)` with [`Query::bind_list`]; never build a list by hand.
//! - Reading before writing in one transaction: [`Query::for_update`]. SQLite takes its write lock at `begin`.
//! - Claims of work differ: [`Db::query_per_engine`] with `for update skip locked` in a CTE on PostgreSQL.
//! - Name unique indexes as PostgreSQL names unique constraints, `<table>_<column>_<column>_key`: SQLite
//!   reports columns only, and [`DbError::UniqueViolation`] names that constraint on both engines.
//! - SQLite has one writing connection. While a [`Tx`] is open, statements that write must go through the
//!   `Tx`: `db.query("insert …")` or `db.allocate_ids(…)` in the same task would wait for itself.

mod arguments;
mod blob;
mod checkpoint;
mod column;
mod config;
mod connect;
mod day_partitions;
mod db;
mod engine;
mod error;
mod id_counters;
mod insert_rows;
mod lease;
mod list;
mod migrate;
mod migrations;
mod outbox;
mod outbox_dead;
mod pools;
mod query;
mod sqlite_text;
mod tx;
mod write_row;

pub use arguments::{ListItem, Row, Value};
pub use blob::Blob;
pub use config::DbConfig;
pub use day_partitions::DayPartitions;
pub use db::{Db, PoolStats};
pub use engine::Engine;
pub use error::{DbError, Result};
pub use insert_rows::{InsertRows, Values};
pub use lease::LeaseHolder;
pub use migrations::{Migration, Migrations};
pub use outbox::{OutboxMessage, OutboxRow};
pub use query::Query;
pub use tx::Tx;
pub use write_row::WriteRow;

pub use sqlx::types::Json;
/// For SQL text that is assembled at run time. It must never contain input of a caller.
pub use sqlx::{AssertSqlSafe, FromRow};
