use patchbay_db::DbError;
use patchbay_testkit::database::each_engine;

use crate::things::{MIGRATIONS, insert, thing};

#[tokio::test]
async fn a_list_of_any_length_selects_its_items() {
    each_engine(&MIGRATIONS, |db| async move {
        insert(&db, &(0..10).map(thing).collect::<Vec<_>>()).await.unwrap();
        for wanted in [vec![], vec![3], vec![1, 2, 5], (0..9).collect()] {
            let found: Vec<i64> = db
                .query("select id from things where organization_id = $1 and id in ($list) order by id")
                .bind(7_i64)
                .bind_list(&wanted)
                .fetch_scalars()
                .await
                .unwrap();
            assert_eq!(found, wanted);
            let others: i64 = db
                .query("select count(*) from things where id not in ($list)")
                .bind_list(&wanted)
                .fetch_scalar()
                .await
                .unwrap();
            assert_eq!(usize::try_from(others).unwrap(), 10 - wanted.len());
        }
    })
    .await;
}

#[tokio::test]
async fn lists_of_texts_and_uuids_work_side_by_side() {
    each_engine(&MIGRATIONS, |db| async move {
        insert(&db, &(0..5).map(thing).collect::<Vec<_>>()).await.unwrap();
        let ids: Vec<i64> = db
            .query("select id from things where slug in ($list) and token in ($list) order by id")
            .bind_list(&["thing-1".to_owned(), "thing-4".to_owned()])
            .bind_list(&[thing(0).token])
            .fetch_scalars()
            .await
            .unwrap();
        assert_eq!(ids, [1, 4]);
    })
    .await;
}

#[tokio::test]
async fn a_list_without_a_place_and_a_value_after_a_list_are_refused() {
    each_engine(&MIGRATIONS, |db| async move {
        let no_place = db.query("select 1").bind_list(&[1_i64]).execute().await;
        assert!(matches!(no_place, Err(DbError::Other(_))), "{no_place:?}");
        let too_late =
            db.query("select 1 where 1 in ($list)").bind_list(&[1_i64]).bind(2_i64).execute().await;
        assert!(matches!(too_late, Err(DbError::Other(_))), "{too_late:?}");
    })
    .await;
}
