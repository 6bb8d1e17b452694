use patchbay_db::{AssertSqlSafe, DbError, Engine};
use patchbay_testkit::database::each_engine;

use crate::things::{MIGRATIONS, Thing, insert, thing};

#[tokio::test]
async fn a_unique_violation_names_its_constraint() {
    each_engine(&MIGRATIONS, |db| async move {
        insert(&db, &[thing(1)]).await.unwrap();

        let same_id = insert(&db, &[Thing { slug: "other".into(), ..thing(1) }]).await.unwrap_err();
        assert!(same_id.is_unique("things_pkey"), "{same_id:?}");

        let same_slug = insert(&db, &[Thing { id: 2, ..thing(1) }]).await.unwrap_err();
        assert!(same_slug.is_unique("things_organization_id_slug_key"), "{same_slug:?}");

        let part = async |id: i64| {
            db.query("insert into parts (id, thing_id) values ($1, 1)").bind(id).execute().await
        };
        part(101).await.unwrap();
        let partial_index = part(102).await.unwrap_err();
        assert!(partial_index.is_unique("parts_thing_id_key"), "{partial_index:?}");
    })
    .await;
}

#[tokio::test]
async fn a_missing_parent_is_a_foreign_key_violation() {
    each_engine(&MIGRATIONS, |db| async move {
        let error = db.query("insert into parts (id, thing_id) values (1, 1)").execute().await.unwrap_err();
        assert!(matches!(error, DbError::ForeignKey), "{error:?}");
    })
    .await;
}

#[tokio::test]
async fn a_row_that_has_to_be_there_and_is_not_is_an_error_of_its_own() {
    each_engine(&MIGRATIONS, |db| async move {
        let error = db.query("select id from things").fetch_scalar::<i64>().await.unwrap_err();
        assert!(matches!(error, DbError::NoRow), "{error:?}");
    })
    .await;
}

#[tokio::test]
async fn a_server_that_is_short_of_something_is_unavailable() {
    each_engine(&MIGRATIONS, |db| async move {
        if db.engine() != Engine::Postgres {
            return;
        }
        // disk_full, out_of_memory, io_error, admin_shutdown, read_only_sql_transaction
        for code in ["53100", "53200", "58030", "57P01", "25006"] {
            let raise = format!("do $$ begin raise exception using errcode = '{code}'; end $$");
            let error = db.query(AssertSqlSafe(raise)).execute().await.unwrap_err();
            assert!(matches!(error, DbError::Unavailable(_)), "{code}: {error:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_closed_database_is_unavailable() {
    each_engine(&MIGRATIONS, |db| async move {
        db.ping().await.unwrap();
        db.close().await;
        let error = db.ping().await.unwrap_err();
        assert!(matches!(error, DbError::Unavailable(_)) && error.is_retryable(), "{error:?}");
    })
    .await;
}
