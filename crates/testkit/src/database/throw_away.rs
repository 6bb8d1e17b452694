use patchbay_db::{AssertSqlSafe, Db, DbConfig, Engine, Migrations};
use tempfile::TempDir;
use uuid::Uuid;

static NO_MIGRATIONS: Migrations = Migrations::new(&[]);

/// An empty database with a unique name.
pub(super) enum ThrowAway {
    Sqlite(TempDir),
    Postgres { server: String, name: String },
}

impl ThrowAway {
    pub(super) fn sqlite() -> Self {
        Self::Sqlite(tempfile::tempdir().expect("a temporary folder"))
    }

    pub(super) async fn postgres(server: &str) -> Self {
        let name = format!("patchbay_test_{}", Uuid::new_v4().simple());
        administrate(server, format!("create database {name}")).await;
        Self::Postgres { server: server.to_owned(), name }
    }

    pub(super) fn engine(&self) -> Engine {
        match self {
            Self::Sqlite(_) => Engine::Sqlite,
            Self::Postgres { .. } => Engine::Postgres,
        }
    }

    pub(super) fn url(&self) -> String {
        match self {
            Self::Sqlite(folder) => format!("sqlite:{}", folder.path().display()),
            Self::Postgres { server, name } => with_database(server, name),
        }
    }

    pub(super) async fn drop_it(self) {
        match self {
            Self::Sqlite(folder) => folder.close().expect("the temporary folder is removed"),
            // Connections of a failed test may still be open.
            Self::Postgres { server, name } => {
                administrate(&server, format!("drop database {name} with (force)")).await;
            }
        }
    }
}

async fn administrate(server: &str, statement: String) {
    let config = DbConfig { max_connections: 1, ..DbConfig::new(server) };
    let db =
        Db::connect(&config, "testkit-admin", &NO_MIGRATIONS).await.expect("the PostgreSQL server answers");
    db.query(AssertSqlSafe(statement)).execute().await.expect("the test user may create and drop databases");
    db.close().await;
}

/// The URL of the server with another database.
fn with_database(server: &str, name: &str) -> String {
    let (address, options) = server.split_once('?').map_or((server, None), |(a, o)| (a, Some(o)));
    let host_end = address.find("://").map_or(0, |at| at + 3);
    let path = address[host_end..].find('/').map_or(address.len(), |at| host_end + at);
    let query = options.map(|options| format!("?{options}")).unwrap_or_default();
    format!("{}/{name}{query}", &address[..path])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_database_of_a_url_is_replaced() {
        assert_eq!(
            with_database("postgres://u:p@h:5432/postgres?sslmode=disable", "x"),
            "postgres://u:p@h:5432/x?sslmode=disable"
        );
        assert_eq!(with_database("postgres://u@h", "x"), "postgres://u@h/x");
    }
}
