use futures::future::try_join_all;
use patchbay_testkit::database::each_engine;

use crate::things::{MIGRATIONS, count, insert, insert_in, thing};

const TASKS: i64 = 8;
const ROUNDS: i64 = 20;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn concurrent_reading_and_writing_loses_nothing() {
    each_engine(&MIGRATIONS, |db| async move {
        insert(&db, &[thing(1)]).await.unwrap();
        let tasks = (0..TASKS).map(|_| {
            let db = db.clone();
            tokio::spawn(async move {
                for _ in 0..ROUNDS {
                    let mut tx = db.begin().await.unwrap();
                    let seen: i64 = tx
                        .query("select organization_id from things where id = $1")
                        .bind(1_i64)
                        .for_update()
                        .fetch_scalar()
                        .await
                        .unwrap();
                    tx.query("update things set organization_id = $1 where id = $2")
                        .bind(seen + 1)
                        .bind(1_i64)
                        .execute()
                        .await
                        .unwrap();
                    tx.commit().await.unwrap();
                }
            })
        });
        try_join_all(tasks).await.unwrap();
        let seen: i64 = db.query("select organization_id from things").fetch_scalar().await.unwrap();
        assert_eq!(seen, thing(1).organization_id + TASKS * ROUNDS);
    })
    .await;
}

#[tokio::test]
async fn a_dropped_transaction_is_undone_and_its_connection_used_again() {
    each_engine(&MIGRATIONS, |db| async move {
        for _ in 0..30 {
            let mut tx = db.begin().await.unwrap();
            insert_in(&mut tx, &[thing(1)]).await.unwrap();
            drop(tx);
        }
        assert_eq!(count(&db).await, 0);
        insert(&db, &[thing(1)]).await.unwrap();
        assert_eq!(count(&db).await, 1);
    })
    .await;
}

#[tokio::test]
async fn others_see_a_transaction_once_it_is_committed() {
    each_engine(&MIGRATIONS, |db| async move {
        let mut tx = db.begin().await.unwrap();
        insert_in(&mut tx, &[thing(1)]).await.unwrap();
        assert_eq!(count(&db).await, 0);
        tx.commit().await.unwrap();
        assert_eq!(count(&db).await, 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_id_is_allocated_twice() {
    each_engine(&MIGRATIONS, |db| async move {
        let tasks = (0..TASKS).map(|_| {
            let db = db.clone();
            tokio::spawn(async move {
                let mut ids = Vec::new();
                for count in [1, 3, 10] {
                    let first = db.allocate_ids("issue", count).await.unwrap();
                    ids.extend(first..first + i64::from(count));
                }
                ids
            })
        });
        let mut ids = try_join_all(tasks).await.unwrap().concat();
        ids.sort_unstable();
        assert_eq!(ids, (1..=TASKS * 14).collect::<Vec<_>>());
        assert_eq!(db.allocate_ids("project", 1).await.unwrap(), 1);
    })
    .await;
}
