use futures::future::try_join_all;
use patchbay_db::{Db, DbError, Migration, Migrations};
use patchbay_testkit::database::{assert_same_schema, each_config};

use crate::things::MIGRATIONS;

const fn step(name: &'static str, sql: &'static str) -> Migration {
    Migration { name, postgres: sql, sqlite: Some(sql) }
}

static FIRST: Migrations = Migrations::new(&[step("0001_a", "create table a (x text);")]);
static SECOND: Migrations = Migrations::new(&[
    step("0001_a", "create table a (x text);"),
    step("0002_b", "create table b (x text);"),
]);
static EDITED: Migrations = Migrations::new(&[step("0001_a", "create table a (x text, y text);")]);
static BROKEN: Migrations =
    Migrations::new(&[step("0001_a", "create table a (x text); insert into nowhere values (1);")]);

const BASE: [&str; 4] = ["db/0001_id_counters", "db/0002_outbox", "db/0003_leases", "db/0004_outbox_dead"];

#[tokio::test]
async fn both_texts_of_a_migration_mean_the_same() {
    assert_same_schema(&MIGRATIONS).await;
}

#[tokio::test]
async fn migrations_are_applied_once_and_in_order() {
    each_config(|config| async move {
        let db = Db::connect(&config, "a-service", &SECOND).await.unwrap();
        let all = [BASE.as_slice(), &["0001_a", "0002_b"]].concat();
        assert_eq!(db.pending_migrations().await.unwrap(), all);
        assert_eq!(db.migrate().await.unwrap(), all);
        assert_eq!(db.migrate().await.unwrap(), Vec::<String>::new());
        db.ready().await.unwrap();
        db.close().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_processes_that_migrate_at_once_one_applies_each() {
    each_config(|config| async move {
        let starts = (0..8).map(|_| {
            let config = config.clone();
            tokio::spawn(async move {
                let db = Db::connect(&config, "a-service", &SECOND).await.unwrap();
                let applied = db.migrate().await.unwrap();
                db.ready().await.unwrap();
                db.close().await;
                applied
            })
        });
        let mut applied = try_join_all(starts).await.unwrap().concat();
        applied.sort_unstable();
        assert_eq!(applied, [&["0001_a", "0002_b"], BASE.as_slice()].concat());
    })
    .await;
}

#[tokio::test]
async fn a_service_is_not_ready_while_a_migration_is_pending() {
    each_config(|config| async move {
        let old = Db::connect(&config, "a-service", &FIRST).await.unwrap();
        old.migrate().await.unwrap();
        let new = Db::connect(&config, "a-service", &SECOND).await.unwrap();
        match new.ready().await {
            Err(DbError::PendingMigrations(names)) => assert_eq!(names, ["0002_b"]),
            other => panic!("{other:?}"),
        }
        new.migrate().await.unwrap();
        new.ready().await.unwrap();
        old.ready().await.expect("old code works with a newer schema");
        old.close().await;
        new.close().await;
    })
    .await;
}

#[tokio::test]
async fn an_applied_migration_with_another_text_is_refused() {
    each_config(|config| async move {
        let db = Db::connect(&config, "a-service", &FIRST).await.unwrap();
        db.migrate().await.unwrap();
        db.close().await;
        let edited = Db::connect(&config, "a-service", &EDITED).await.unwrap();
        for refused in [edited.ready().await.err(), edited.migrate().await.err()] {
            assert!(
                matches!(&refused, Some(DbError::MigrationDrift(name)) if name == "0001_a"),
                "{refused:?}"
            );
        }
        edited.close().await;
    })
    .await;
}

#[tokio::test]
async fn a_migration_that_fails_leaves_nothing_behind() {
    each_config(|config| async move {
        let broken = Db::connect(&config, "a-service", &BROKEN).await.unwrap();
        broken.migrate().await.unwrap_err();
        broken.close().await;
        let db = Db::connect(&config, "a-service", &FIRST).await.unwrap();
        assert_eq!(db.migrate().await.unwrap(), ["0001_a"]);
        db.close().await;
    })
    .await;
}

#[tokio::test]
async fn services_in_one_database_do_not_see_each_other() {
    each_config(|config| async move {
        let one = Db::connect(&config, "service-one", &FIRST).await.unwrap();
        let two = Db::connect(&config, "service-two", &FIRST).await.unwrap();
        one.migrate().await.unwrap();
        two.migrate().await.unwrap();
        one.query("insert into a (x) values ('one')").execute().await.unwrap();
        let seen: i64 = two.query("select count(*) from a").fetch_scalar().await.unwrap();
        assert_eq!(seen, 0);
        one.close().await;
        two.close().await;
    })
    .await;
}
