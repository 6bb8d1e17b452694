//! Stories told on both engines.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use patchbay_db::Db;
use patchbay_domain::Actor;
use patchbay_testkit::database::{assert_same_schema, each_engine};
use uuid::Uuid;

use super::*;
use crate::MIGRATIONS;
use crate::domain::event::{Event, Target};
use crate::domain::samples;

const SOON: TimeDelta = TimeDelta::seconds(5);

fn event(number: u128) -> Event {
    Event { id: Uuid::from_u128(number), ..samples::event() }
}

fn keyed(number: u128, organization_id: i64, key: &'static str) -> Event {
    Event { organization_id, idempotency_key: Some(key.into()), ..event(number) }
}

async fn insert(db: &Db, events: impl IntoIterator<Item = Event>) -> Vec<(Uuid, bool)> {
    let events: Vec<_> = events.into_iter().map(Arc::new).collect();
    let accepted = insert_events(db, &events, SOON).await.expect("it is stored");
    accepted.iter().map(|accepted| (accepted.id, accepted.duplicate)).collect()
}

fn at(seconds: i64) -> DateTime<Utc> {
    samples::event().accepted_at + TimeDelta::seconds(seconds)
}

async fn claim(db: &Db, now: i64, until: i64, limit: u32) -> Vec<u128> {
    let claimed = claim_unmarked(db, at(now), at(until), limit).await.expect("it claims");
    claimed.iter().map(|(id, _)| id.as_u128()).collect()
}

#[tokio::test]
async fn both_engines_have_the_same_tables() {
    assert_same_schema(&MIGRATIONS).await;
}

#[tokio::test]
async fn an_event_comes_back_as_it_was() {
    each_engine(&MIGRATIONS, |db| async move {
        let full = Event {
            actor: Actor::User { id: 1, name: "a\u{0}\"é".into() },
            project_id: Some(4),
            targets: vec![
                Target::App("a\u{0}b".into()),
                Target::Installation(Uuid::from_u128(8)),
                Target::Unconditional { installation_id: Uuid::from_u128(9), app_id: 2 },
            ],
            traceparent: Some("00-a-b-01".into()),
            ..event(1)
        };
        let app = Event { actor: Actor::App, ..event(2) };
        insert(&db, [app.clone(), full.clone(), event(3)]).await;
        let ids = [3, 1, 2].map(Uuid::from_u128);
        assert_eq!(load_unmarked(&db, &ids).await.expect("it loads"), [full.clone(), app, event(3)]);
        let found = find_event(&db, full.id).await.expect("it looks").expect("it is there");
        assert_eq!(found.event, Event { data: Default::default(), ..full });
        mark_fanned_out(&db, &ids[..2], at(1)).await.expect("it marks");
        assert_eq!(load_unmarked(&db, &ids).await.expect("it loads").len(), 1, "what is marked is done");
        assert!(find_event(&db, Uuid::from_u128(99)).await.expect("it looks").is_none());
    })
    .await;
}

#[tokio::test]
async fn a_known_key_is_answered_with_the_first_id_also_within_a_group() {
    each_engine(&MIGRATIONS, |db| async move {
        let id = Uuid::from_u128;
        assert_eq!(insert(&db, [keyed(1, 7, "a")]).await, [(id(1), false)]);
        let answers = insert(
            &db,
            [keyed(2, 7, "b"), keyed(3, 7, "a"), event(4), keyed(5, 8, "a"), keyed(6, 7, "b\u{0}"), event(7)],
        );
        let expected =
            [(id(2), false), (id(1), true), (id(4), false), (id(5), false), (id(6), false), (id(7), false)];
        assert_eq!(answers.await, expected, "keys are the organization's own");

        let within = insert(&db, [keyed(10, 7, "c"), keyed(11, 7, "c"), event(12)]).await;
        let duplicates: Vec<_> = within.iter().map(|(_, duplicate)| *duplicate).collect();
        assert_eq!(duplicates, [false, true, false]);
        assert_eq!(within[0].0, within[1].0);
    })
    .await;
}

#[tokio::test]
async fn of_many_at_once_with_one_key_one_is_accepted() {
    each_engine(&MIGRATIONS, |db| async move {
        // Each writer has the keys in another order, as replicas would.
        let writers = (0..8_u128).map(|writer| {
            let db = db.clone();
            tokio::spawn(async move {
                let mut keys = ["a", "b", "c", "d"];
                keys.rotate_left((writer % 4) as usize);
                insert(&db, keys.iter().zip(1..).map(|(key, n)| keyed(writer * 100 + n, 7, key))).await
            })
        });
        let answers = futures::future::try_join_all(writers).await.expect("no writer fails").concat();
        assert_eq!(answers.iter().filter(|(_, duplicate)| !duplicate).count(), 4);
        let ids: std::collections::BTreeSet<_> = answers.iter().map(|(id, _)| *id).collect();
        assert_eq!(ids.len(), 4, "everybody was told the same four");
    })
    .await;
}

#[tokio::test]
async fn what_is_not_marked_in_time_is_claimed_once() {
    each_engine(&MIGRATIONS, |db| async move {
        insert(&db, (1..=5).map(event)).await;
        assert!(claim(&db, 4, 34, 10).await.is_empty(), "nothing is due yet");
        mark_fanned_out(&db, &[1, 3].map(Uuid::from_u128), at(1)).await.expect("it marks");
        assert_eq!(count_unmarked(&db).await.expect("it counts"), 3);
        assert_eq!(claim(&db, 5, 35, 10).await, [2, 4, 5]);
        assert!(claim(&db, 34, 64, 10).await.is_empty(), "somebody has them");
        assert_eq!(claim(&db, 35, 65, 2).await.len(), 2, "until the claim ends");
        let found = find_event(&db, Uuid::from_u128(1)).await.expect("it looks").expect("it is there");
        assert_eq!(found.fanned_out_at, Some(at(1)));
    })
    .await;
}

#[tokio::test]
async fn replicas_do_not_claim_the_same_events() {
    each_engine(&MIGRATIONS, |db| async move {
        insert(&db, (1..=600).map(event)).await;
        let replicas = (0..6).map(|_| {
            let db = db.clone();
            tokio::spawn(async move {
                let mut all = Vec::new();
                loop {
                    let claimed = claim(&db, 5, 35, 40).await;
                    if claimed.is_empty() {
                        return all;
                    }
                    all.extend(claimed);
                }
            })
        });
        let mut claimed = futures::future::try_join_all(replicas).await.expect("no claim fails").concat();
        claimed.sort_unstable();
        assert_eq!(claimed, (1..=600).collect::<Vec<_>>());
    })
    .await;
}

#[tokio::test]
async fn unmarked_events_are_found_through_their_index_however_many_there_are_in_all() {
    each_engine(&MIGRATIONS, |db| async move {
        insert(&db, (1..=2000).map(event)).await;
        let marked: Vec<_> = (1..=1990).map(Uuid::from_u128).collect();
        mark_fanned_out(&db, &marked, at(1)).await.expect("it marks");
        if db.engine() == patchbay_db::Engine::Postgres {
            db.query("analyze events").execute().await.expect("it analyzes");
        }
        let select = "select id from events where fanned_out_at is null and recover_at <= $1 order by recover_at limit 10";
        let plan: Vec<String> = match db.engine() {
            patchbay_db::Engine::Postgres => {
                let plan = db.query(patchbay_db::AssertSqlSafe(format!("explain {select}")));
                plan.bind(at(5)).fetch_scalars().await.expect("it explains")
            }
            patchbay_db::Engine::Sqlite => {
                let plan = db.query(patchbay_db::AssertSqlSafe(format!("explain query plan {select}")));
                let rows: Vec<(i64, i64, i64, String)> = plan.bind(at(5)).fetch_all().await.expect("it explains");
                rows.into_iter().map(|row| row.3).collect()
            }
        };
        assert!(plan.iter().any(|line| line.contains("events_unmarked")), "{plan:?}");
    })
    .await;
}
