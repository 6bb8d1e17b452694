use std::sync::Arc;

use patchbay_domain::Error;
use sqlx::error::DatabaseError;
use sqlx::postgres::PgDatabaseError;

pub type Result<T, E = DbError> = std::result::Result<T, E>;

/// Errors of the database, in classes that a service can handle. All others are [`DbError::Other`].
#[derive(Debug, Clone, thiserror::Error)]
pub enum DbError {
    /// A unique key exists already. `constraint` is `<table>_pkey`, `<table>_<column>_…_key` or the name of
    /// an index over expressions, the same on both engines.
    #[error("unique constraint {constraint} is violated")]
    UniqueViolation { constraint: String },
    /// A referenced row is missing, or a row to delete is still referenced.
    #[error("a foreign key is violated")]
    ForeignKey,
    /// A conflict with a concurrent transaction (serialization failure, deadlock, lock timeout). The whole
    /// transaction may be tried again.
    #[error("the database is busy: {0}")]
    Busy(String),
    /// No connection, or the server is shutting down. Trying again later can succeed.
    #[error("the database is unavailable: {0}")]
    Unavailable(String),
    /// `fetch_one` or `fetch_scalar` found nothing.
    #[error("no row was found where one has to be")]
    NoRow,
    /// The database lacks migrations that this code needs.
    #[error("migrations are pending: {}; run the `migrate` command", .0.join(", "))]
    PendingMigrations(Vec<String>),
    /// The text of an applied migration differs from the one in this binary.
    #[error("migration {0} was changed after it had been applied")]
    MigrationDrift(String),
    /// Invalid settings, invalid SQL or a wrong type: an error in our code or configuration.
    #[error("{0}")]
    Other(String),
    /// As [`DbError::Other`], with the driver's error as its source.
    #[error("{0}")]
    Driver(#[source] Arc<sqlx::Error>),
}

impl DbError {
    /// Whether this is a violation of the unique constraint with this name.
    pub fn is_unique(&self, name: &str) -> bool {
        matches!(self, Self::UniqueViolation { constraint } if constraint == name)
    }

    /// Whether the transaction can succeed if it is tried again.
    pub fn is_retryable(&self) -> bool {
        matches!(self, Self::Busy(_) | Self::Unavailable(_))
    }
}

impl From<sqlx::Error> for DbError {
    fn from(error: sqlx::Error) -> Self {
        match &error {
            sqlx::Error::Database(refusal) => {
                let class = match refusal.try_downcast_ref::<PgDatabaseError>() {
                    Some(postgres) => postgres_class(postgres),
                    None => sqlite_class(refusal.as_ref()),
                };
                class.unwrap_or_else(|| Self::Driver(Arc::new(error)))
            }
            sqlx::Error::RowNotFound => Self::NoRow,
            sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed | sqlx::Error::WorkerCrashed => {
                Self::Unavailable(error.to_string())
            }
            // The last condition follows a commit that failed on a full disk.
            sqlx::Error::Io(_)
            | sqlx::Error::Tls(_)
            | sqlx::Error::BeginFailed
            | sqlx::Error::InvalidSavePointStatement => Self::Unavailable(error.to_string()),
            _ => Self::Driver(Arc::new(error)),
        }
    }
}

/// Classes by SQLSTATE, <https://www.postgresql.org/docs/15/errcodes-appendix.html>.
fn postgres_class(error: &PgDatabaseError) -> Option<DbError> {
    let message = || error.message().to_owned();
    Some(match error.code() {
        "23505" => DbError::UniqueViolation { constraint: error.constraint().unwrap_or_default().to_owned() },
        "23503" => DbError::ForeignKey,
        // serialization_failure, deadlock_detected, lock_not_available
        "40001" | "40P01" | "55P03" => DbError::Busy(message()),
        // query_canceled (statement_timeout); *_shutdown, cannot_connect_now; read_only_sql_transaction (no
        // longer the primary)
        "57014" | "57P01" | "57P02" | "57P03" | "25006" => DbError::Unavailable(message()),
        // connection_exception; insufficient_resources (a full disk among them); system_error (of input and output)
        code if ["08", "53", "58"].iter().any(|class| code.starts_with(class)) => {
            DbError::Unavailable(message())
        }
        _ => return None,
    })
}

/// Classes by SQLite's extended result code, <https://www.sqlite.org/rescode.html>.
fn sqlite_class(error: &dyn DatabaseError) -> Option<DbError> {
    let message = || error.message().to_owned();
    let code: i32 = error.code()?.parse().ok()?;
    Some(match (code, code & 0xff) {
        // SQLITE_CONSTRAINT_PRIMARYKEY, SQLITE_CONSTRAINT_UNIQUE, SQLITE_CONSTRAINT_FOREIGNKEY
        (1555, _) => DbError::UniqueViolation { constraint: constraint_name(error.message(), true) },
        (2067, _) => DbError::UniqueViolation { constraint: constraint_name(error.message(), false) },
        (787, _) => DbError::ForeignKey,
        // SQLITE_BUSY, SQLITE_LOCKED
        (_, 5 | 6) => DbError::Busy(message()),
        // SQLITE_IOERR, SQLITE_FULL, SQLITE_CANTOPEN
        (_, 10 | 13 | 14) => DbError::Unavailable(message()),
        _ => return None,
    })
}

/// The name that PostgreSQL gives the constraint. SQLite names its columns (`UNIQUE constraint failed:
/// apps.organization_id, apps.slug`) or, for expressions, the index (`… failed: index 'x'`).
fn constraint_name(message: &str, primary_key: bool) -> String {
    let described = message.rsplit_once("failed: ").map_or(message, |(_, described)| described);
    if let Some(name) = described.strip_prefix("index '") {
        return name.trim_end_matches('\'').to_owned();
    }
    let table = described.split('.').next().unwrap_or_default();
    if primary_key {
        return format!("{table}_pkey");
    }
    let columns = described.split(", ").filter_map(|column| Some(column.split_once('.')?.1));
    columns.fold(table.to_owned(), |name, column| name + "_" + column) + "_key"
}

impl From<DbError> for Error {
    /// Details are logged and never returned to the caller.
    fn from(error: DbError) -> Self {
        match &error {
            DbError::Busy(_) | DbError::Unavailable(_) | DbError::PendingMigrations(_) => {
                tracing::warn!(%error, "the database is unavailable; the request fails as retryable");
                Self::unavailable(
                    "STORAGE_UNAVAILABLE",
                    "The service is not available right now. Try again later.",
                )
            }
            DbError::UniqueViolation { .. } => {
                tracing::warn!(%error, "a unique constraint was violated and the service has no error for it");
                Self::conflict("ALREADY_EXISTS", "There is one already.")
            }
            _ => {
                tracing::error!(%error, "a database statement failed; the request fails as an internal error");
                Self::internal("DATABASE_FAILED", "Something went wrong on our side.")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sqlite_columns_become_the_name_postgres_gives_the_constraint() {
        let cases = [
            ("UNIQUE constraint failed: apps.slug", false, "apps_slug_key"),
            (
                "UNIQUE constraint failed: apps.organization_id, apps.slug",
                false,
                "apps_organization_id_slug_key",
            ),
            ("UNIQUE constraint failed: apps.id", true, "apps_pkey"),
            ("UNIQUE constraint failed: index 'apps_lower_name_key'", false, "apps_lower_name_key"),
        ];
        for (message, primary_key, name) in cases {
            assert_eq!(constraint_name(message, primary_key), name);
        }
    }

    #[test]
    fn the_detail_of_a_failure_does_not_reach_the_caller() {
        let error = Error::from(DbError::Other("relation secrets does not exist".into()));
        assert!(!error.to_string().contains("secrets"), "{error}");
    }
}
