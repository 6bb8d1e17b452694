use chrono::{DateTime, TimeDelta, Utc};
use patchbay_testkit::database::each_engine;

use crate::things::{MIGRATIONS, Thing, insert, thing};

#[tokio::test]
async fn every_type_comes_back_as_it_went_in() {
    each_engine(&MIGRATIONS, |db| async move {
        let full = Thing { note: Some("with a note".into()), enabled: false, ..thing(i64::MAX) };
        insert(&db, &[thing(-1), full.clone()]).await.unwrap();
        let back: Vec<Thing> = db.query("select * from things order by id").fetch_all().await.unwrap();
        assert_eq!(back, [thing(-1), full]);
    })
    .await;
}

#[tokio::test]
async fn each_type_can_be_compared_with_a_bound_value() {
    each_engine(&MIGRATIONS, |db| async move {
        let one = thing(1);
        insert(&db, std::slice::from_ref(&one)).await.unwrap();
        let found: Option<(i64,)> = db
            .query(
                "select id from things where token = $1 and seen_at = $2 and enabled = $3 and ratio = $4 and body = $5
                 and note is null",
            )
            .bind(one.token)
            .bind(one.seen_at)
            .bind(one.enabled)
            .bind(one.ratio)
            .bind(one.body)
            .fetch_optional()
            .await
            .unwrap();
        assert_eq!(found, Some((1,)));
    })
    .await;
}

#[tokio::test]
async fn times_sort_by_time_however_many_digits_they_have() {
    each_engine(&MIGRATIONS, |db| async move {
        let start: DateTime<Utc> = DateTime::from_timestamp(1_566_248_777, 0).unwrap();
        let micros = [0, 1, 1_000, 1_001, 10_000, 500_000, 500_001, 999_999, 1_000_000];
        let things: Vec<_> = (0..)
            .zip(micros)
            .map(|(id, after)| Thing { seen_at: start + TimeDelta::microseconds(after), ..thing(id) })
            .collect();
        insert(&db, &things).await.unwrap();
        let by_time: Vec<i64> =
            db.query("select id from things order by seen_at").fetch_scalars().await.unwrap();
        assert_eq!(by_time, (0..9).collect::<Vec<_>>());
        for thing in &things {
            let earlier: i64 = db
                .query("select count(*) from things where seen_at < $1")
                .bind(thing.seen_at)
                .fetch_scalar()
                .await
                .unwrap();
            assert_eq!(earlier, thing.id);
        }
    })
    .await;
}
