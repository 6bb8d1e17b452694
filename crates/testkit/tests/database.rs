//! Tests of the throw-away databases themselves.

use std::panic::AssertUnwindSafe;
use std::path::Path;
use std::sync::Mutex;

use futures::FutureExt;
use patchbay_db::{Db, DbConfig, Migration, Migrations};
use patchbay_testkit::database::{assert_same_schema, each_config, each_engine, postgres_server};

const fn one(postgres: &'static str, sqlite: &'static str) -> Migration {
    Migration { name: "0001_a", postgres, sqlite: Some(sqlite) }
}

static EQUAL: Migrations = Migrations::new(&[one(
    "create table a (id bigint not null primary key, x text); create unique index a_x_key on a (x);",
    "create table a (id integer not null primary key, x text) strict; create unique index a_x_key on a (x);",
)]);
static OTHER_NULLABILITY: Migrations = Migrations::new(&[one(
    "create table a (id bigint not null primary key, x text not null)",
    "create table a (id integer not null primary key, x text) strict",
)]);
static MISNAMED_INDEX: Migrations = Migrations::new(&[one(
    "create table a (x text); create unique index only_one_x on a (x)",
    "create table a (x text) strict; create unique index only_one_x on a (x)",
)]);
static UNORDERED: Migrations = Migrations::new(&[
    Migration { name: "0002_b", postgres: "", sqlite: Some("") },
    Migration { name: "0001_a", postgres: "", sqlite: Some("") },
]);

/// The message of the failed assertion, if it fails.
async fn complaint(migrations: &'static Migrations) -> Option<String> {
    let outcome = AssertUnwindSafe(assert_same_schema(migrations)).catch_unwind().await;
    outcome.err().map(|panic| *panic.downcast::<String>().expect("assertions panic with text"))
}

#[tokio::test]
async fn equal_schemas_are_accepted() {
    assert_eq!(complaint(&EQUAL).await, None);
}

#[tokio::test]
#[ignore = "needs PostgreSQL; run by cargo xtask test"]
async fn a_different_nullability_is_noticed() {
    let complaint = complaint(&OTHER_NULLABILITY).await;
    assert!(complaint.unwrap().contains("left is SQLite, right is PostgreSQL"));
}

#[tokio::test]
async fn a_misnamed_unique_index_is_noticed() {
    assert!(complaint(&MISNAMED_INDEX).await.unwrap().contains("only_one_x"));
}

#[tokio::test]
async fn migrations_out_of_order_are_noticed() {
    assert!(complaint(&UNORDERED).await.unwrap().contains("order of their names"));
}

#[tokio::test]
async fn a_failing_test_fails_and_leaves_no_database_behind() {
    let seen = Mutex::new(Vec::new());
    let failing = each_config(|config| {
        seen.lock().unwrap().push(config.url.clone());
        async move {
            let _open = Db::connect(&config, "a-service", &EQUAL).await.unwrap();
            panic!("as a failing test does");
        }
    });
    AssertUnwindSafe(failing).catch_unwind().await.unwrap_err();
    let urls = seen.into_inner().unwrap();
    let folder = urls[0].strip_prefix("sqlite:").unwrap();
    assert!(!Path::new(folder).exists(), "{folder}");
}

#[tokio::test]
async fn each_engine_provides_migrated_databases() {
    each_engine(&EQUAL, |db| async move { db.ready().await.unwrap() }).await;
}

#[tokio::test]
#[ignore = "needs PostgreSQL; run by cargo xtask test"]
async fn each_engine_drops_its_postgresql_database_at_the_end() {
    let names = Mutex::new(Vec::new());
    let names = &names;
    each_engine(&EQUAL, |db| async move {
        if db.engine() == patchbay_db::Engine::Postgres {
            let name: String = db.query("select current_database()::text").fetch_scalar().await.unwrap();
            names.lock().unwrap().push(name);
        }
    })
    .await;
    let server = postgres_server().expect("PATCHBAY_TEST_POSTGRES_URL is the URL of a PostgreSQL server");
    let db = Db::connect(&DbConfig::new(server), "a-service", &EQUAL).await.unwrap();
    let name = names.lock().unwrap().pop().expect("the test ran on PostgreSQL");
    let left: i64 = db
        .query("select count(*) from pg_database where datname = $1")
        .bind(name)
        .fetch_scalar()
        .await
        .unwrap();
    assert_eq!(left, 0);
    db.close().await;
}
