//! Throw-away databases: the same test on SQLite and, if a server is configured, on PostgreSQL.

mod schema;
mod throw_away;

use std::future::Future;
use std::panic::AssertUnwindSafe;

use futures::FutureExt;
use patchbay_db::{Db, DbConfig, Migrations};

pub use schema::assert_same_schema;
use throw_away::ThrowAway;

/// The service the databases of [`each_engine`] belong to.
const SERVICE: &str = "testkit";

/// Runs `test` on a fresh, migrated database of each engine: always on a SQLite file, and on PostgreSQL if
/// `PATCHBAY_TEST_POSTGRES_URL` is set. With `PATCHBAY_TEST_REQUIRE_SERVERS=1` a missing URL is a failure.
/// The databases are dropped afterwards, also if the test panics.
///
/// ```no_run
/// # use patchbay_db::Migrations;
/// # static MIGRATIONS: Migrations = Migrations::new(&[]);
/// # async fn test() {
/// patchbay_testkit::database::each_engine(&MIGRATIONS, |db| async move {
///     assert_eq!(db.allocate_ids("app", 1).await.unwrap(), 1);
/// })
/// .await;
/// # }
/// ```
pub async fn each_engine<F, R>(migrations: &'static Migrations, test: F)
where
    F: Fn(Db) -> R,
    R: Future<Output = ()>,
{
    each_config(|config| {
        let test = &test;
        async move {
            let db = Db::connect(&config, SERVICE, migrations).await.expect("the database opens");
            db.migrate().await.expect("the migrations apply");
            let outcome = AssertUnwindSafe(test(db.clone())).catch_unwind().await;
            db.close().await;
            if let Err(panic) = outcome {
                std::panic::resume_unwind(panic);
            }
        }
    })
    .await;
}

/// As [`each_engine`], for tests that open the database themselves: several services, several processes, a
/// migration. Passes the configuration of an empty database. The test must close everything that it opens.
pub async fn each_config<F, R>(test: F)
where
    F: Fn(DbConfig) -> R,
    R: Future<Output = ()>,
{
    on(ThrowAway::sqlite(), &test).await;
    match postgres_server() {
        Some(server) => on(ThrowAway::postgres(&server).await, &test).await,
        None => report("not running on Postgres: PATCHBAY_TEST_POSTGRES_URL is not set"),
    }
}

async fn on<F, R>(database: ThrowAway, test: &F)
where
    F: Fn(DbConfig) -> R,
    R: Future<Output = ()>,
{
    report(&format!("running on {:?}", database.engine()));
    let outcome = AssertUnwindSafe(test(DbConfig::new(database.url()))).catch_unwind().await;
    database.drop_it().await;
    if let Err(panic) = outcome {
        std::panic::resume_unwind(panic);
    }
}

#[expect(clippy::print_stderr, reason = "shown by the test runner if the test fails")]
fn report(line: &str) {
    eprintln!("{line}");
}

/// The URL of the PostgreSQL server for tests, with a user who may create databases; `None` without a server.
///
/// # Panics
/// If it is not set although `PATCHBAY_TEST_REQUIRE_SERVERS=1` is set.
pub fn postgres_server() -> Option<String> {
    let url = std::env::var("PATCHBAY_TEST_POSTGRES_URL").ok().filter(|url| !url.is_empty());
    let required = std::env::var("PATCHBAY_TEST_REQUIRE_SERVERS").is_ok_and(|value| value == "1");
    assert!(url.is_some() || !required, "PATCHBAY_TEST_POSTGRES_URL is not set, and servers are required");
    url
}
