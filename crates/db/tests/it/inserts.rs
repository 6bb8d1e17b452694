use patchbay_db::DbError;
use patchbay_testkit::database::each_engine;

use crate::things::{COLUMNS, MIGRATIONS, Thing, count, insert, thing, values};

#[tokio::test]
async fn any_number_of_rows_is_inserted() {
    each_engine(&MIGRATIONS, |db| async move {
        let mut next = 0;
        for number in [0, 1, 3, 100, 1_025] {
            let things: Vec<_> = (next..next + number).map(thing).collect();
            assert_eq!(insert(&db, &things).await.unwrap(), u64::try_from(number).unwrap());
            next += number;
        }
        let back: Vec<Thing> = db.query("select * from things order by id").fetch_all().await.unwrap();
        assert_eq!(back, (0..next).map(thing).collect::<Vec<_>>());
    })
    .await;
}

#[tokio::test]
async fn conflicting_rows_are_not_returned() {
    each_engine(&MIGRATIONS, |db| async move {
        insert(&db, &[thing(2), thing(600)]).await.unwrap();
        let things: Vec<_> = (0..700).map(thing).collect();
        let mut new: Vec<(i64,)> = db
            .insert_rows("things", COLUMNS, &things, values)
            .suffix("on conflict (id) do nothing returning id")
            .fetch_all()
            .await
            .unwrap();
        new.sort_unstable();
        assert_eq!(new, (0..700).filter(|id| ![2, 600].contains(id)).map(|id| (id,)).collect::<Vec<_>>());
    })
    .await;
}

#[tokio::test]
async fn rows_become_durable_together_or_not_at_all() {
    each_engine(&MIGRATIONS, |db| async move {
        let twice = (0..600).chain([0]).map(thing).collect::<Vec<_>>();
        assert!(insert(&db, &twice).await.unwrap_err().is_unique("things_pkey"));
        assert_eq!(count(&db).await, 0);
    })
    .await;
}

#[tokio::test]
async fn a_row_with_too_few_values_is_refused() {
    each_engine(&MIGRATIONS, |db| async move {
        let rows = [(1_i64, 2_i64)];
        let only_one = db.insert_rows("parts", &["id", "thing_id"], rows, |row, (id, _)| {
            row.bind(id);
        });
        assert!(matches!(only_one.execute().await, Err(DbError::Other(_))));
    })
    .await;
}

#[tokio::test]
async fn a_spawned_task_can_insert_rows_that_it_owns() {
    each_engine(&MIGRATIONS, |db| async move {
        let task = tokio::spawn(async move {
            let things = vec![thing(1), thing(2)];
            let mut tx = db.begin().await?;
            tx.insert_rows("things", COLUMNS, &things, values).execute().await?;
            let parts = [(1_i64, "thing-1"), (2, "thing-2")];
            let ids: Vec<(i64,)> = tx
                .insert_rows("parts", &["id", "thing_id"], parts, |row, (id, _)| {
                    row.bind(id).bind(id);
                })
                .suffix("returning id")
                .fetch_all()
                .await?;
            tx.commit().await?;
            Ok::<_, DbError>(ids)
        });
        assert_eq!(task.await.unwrap().unwrap(), [(1,), (2,)]);
    })
    .await;
}
