use sqlx::{PgPool, SqlitePool};

use crate::checkpoint::Checkpoints;

pub(crate) enum Pools {
    Postgres(PgPool),
    /// `sqlite::memory:` has one connection, which is the database; both pools are the same then.
    Sqlite {
        writer: SqlitePool,
        readers: SqlitePool,
        /// Only for database files; it runs as long as the database is used.
        _checkpoints: Option<Checkpoints>,
    },
}
