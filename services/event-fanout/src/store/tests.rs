//! The store on both engines.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use patchbay_db::{AssertSqlSafe, Db};
use patchbay_domain::Actor;
use patchbay_testkit::database::{assert_same_schema, each_engine};
use uuid::Uuid;

use super::count_unmarked::Backlog;
use super::*;
use crate::MIGRATIONS;
use crate::domain::custom_types::CustomTypes;
use crate::domain::decision::Decision;
use crate::domain::event::{Event, Target, event_id, least_id};
use crate::domain::fingerprint::idempotency_key;
use crate::domain::samples;

const SOON: TimeDelta = TimeDelta::seconds(5);

fn event(number: u128) -> Event {
    Event { id: Uuid::from_u128(number), ..samples::event() }
}

fn keyed(number: u128, organization_id: i64, key: &'static str) -> Event {
    let event = Event { organization_id, ..event(number) };
    Event { idempotency_key: Some(idempotency_key(key.into(), &event)), ..event }
}

/// As one group, which has the id of the first.
async fn insert(db: &Db, events: impl IntoIterator<Item = Event>) -> Vec<(Uuid, bool)> {
    let events: Vec<_> = events.into_iter().map(Arc::new).collect();
    let mut decisions = vec![Some(Vec::new()); events.len()];
    let accepted =
        insert_events(db, events[0].id, &events, &mut decisions, SOON).await.expect("it is stored");
    accepted.iter().map(|accepted| (accepted.id, accepted.duplicate)).collect()
}

fn at(seconds: i64) -> DateTime<Utc> {
    samples::event().accepted_at + TimeDelta::seconds(seconds)
}

async fn claim(db: &Db, now: i64, until: i64, limit: u32) -> Vec<u128> {
    let claimed = claim_unmarked(db, at(now), at(until), at(now + 120), limit).await.expect("it claims");
    claimed.iter().flat_map(|group| &group.events).map(Uuid::as_u128).collect()
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
            ordering_key: Some("a\u{0}b".into()),
            traceparent: Some("00-a-b-01".into()),
            ..event(1)
        };
        let app = Event { actor: Actor::App, ..event(2) };
        insert(&db, [app.clone(), full.clone(), event(3)]).await;
        let ids = [3, 1, 2].map(Uuid::from_u128);
        let types = CustomTypes::default();
        let load = async || load_events(&db, &types, &ids).await.expect("it loads");
        let expected = [full.clone(), app, event(3)].map(|event| (event, Some(Vec::new())));
        assert_eq!(load().await, expected);
        let found = find_event(&db, &types, full.id).await.expect("it looks").expect("it is there");
        assert_eq!(found.event, Event { data: Default::default(), ..full });
        let sizes = event_sizes(&db, &[full.id, Uuid::from_u128(99)]).await.expect("it looks");
        assert_eq!(sizes, [(full.id, full.data.len() as i64)].into());
        assert!(find_event(&db, &types, Uuid::from_u128(99)).await.expect("it looks").is_none());
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
async fn a_key_that_comes_again_with_other_content_is_noticed() {
    each_engine(&MIGRATIONS, |db| async move {
        let with_data = |number, data: &'static str| {
            let event = Event { data: data.into(), ..event(number) };
            Arc::new(Event { idempotency_key: Some(idempotency_key("a".into(), &event)), ..event })
        };
        let differs = async |events: &[Arc<Event>]| {
            let mut decisions = vec![Some(Vec::new()); events.len()];
            let accepted = insert_events(&db, events[0].id, events, &mut decisions, SOON).await;
            accepted.expect("it is stored").iter().map(|answer| answer.content_differs).collect::<Vec<_>>()
        };
        assert_eq!(differs(&[with_data(1, "{}"), with_data(2, "[]")]).await, [false, true], "within a group");
        assert_eq!(differs(&[with_data(3, "{}"), with_data(4, "[]")]).await, [false, true]);
        db.query("update idempotency_keys set content = null").execute().await.expect("it forgets");
        assert_eq!(
            differs(&[with_data(5, "[]")]).await,
            [false],
            "a key from before is given the benefit of doubt"
        );
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
        assert_eq!(ids.len(), 4, "every writer got the same four ids");
    })
    .await;
}

#[tokio::test]
async fn what_is_not_marked_in_time_is_claimed_once() {
    each_engine(&MIGRATIONS, |db| async move {
        for group in [vec![1], vec![2, 3], vec![4, 5, 6], vec![7]] {
            insert(&db, group.into_iter().map(event)).await;
        }
        assert!(claim(&db, 4, 34, 10).await.is_empty(), "nothing is due yet");
        mark_fanned_out(&db, &[1, 4].map(Uuid::from_u128)).await.expect("it marks");
        let backlog = count_unmarked(&db).await.expect("it counts");
        assert_eq!(backlog, Backlog { events: 3, oldest: Some(Uuid::from_u128(2)) });
        let asked = [1, 2, 7].map(Uuid::from_u128);
        assert_eq!(
            still_unmarked(&db, &asked).await.expect("it looks"),
            asked[1..].iter().copied().collect()
        );
        assert_eq!(claim(&db, 5, 35, 10).await, [2, 3, 7]);
        assert!(claim(&db, 34, 64, 10).await.is_empty(), "they are claimed");
        assert_eq!(claim(&db, 35, 65, 1).await.len(), 2, "until the claim ends");
        assert_eq!(claim(&db, -3600, -3570, 10).await, [2, 3, 7], "the clock was set back by an hour");
        for (number, handed_over) in [(1, true), (3, false), (6, true)] {
            let found =
                find_event(&db, &CustomTypes::default(), Uuid::from_u128(number)).await.expect("it looks");
            assert_eq!(found.expect("it is there").handed_over, handed_over);
        }
    })
    .await;
}

#[tokio::test]
async fn replicas_do_not_claim_the_same_events() {
    each_engine(&MIGRATIONS, |db| async move {
        for number in 0..200 {
            insert(&db, (number * 3 + 1..=number * 3 + 3).map(event)).await;
        }
        let replicas = (0..6).map(|_| {
            let db = db.clone();
            tokio::spawn(async move {
                let mut all = Vec::new();
                loop {
                    let claimed = claim(&db, 5, 35, 15).await;
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

fn decided(installation: u128) -> Decision {
    Decision { installation_id: Uuid::from_u128(installation), ..samples::decided() }
}

/// Stores events that each of these installations gets; the numbers of each event.
async fn insert_for(db: &Db, events: Vec<Event>, installations: &[u128]) -> Vec<Vec<i64>> {
    let decisions: Vec<Decision> = installations.iter().map(|id| decided(*id)).collect();
    let mut decisions = vec![Some(decisions); events.len()];
    let events: Vec<_> = events.into_iter().map(Arc::new).collect();
    insert_events(db, events[0].id, &events, &mut decisions, SOON).await.expect("it is stored");
    let numbers = |decisions: &Undecided| decisions.iter().flatten().map(|one| one.sequence).collect();
    decisions.iter().map(numbers).collect()
}

async fn sequence(db: &Db, installation: u128, after: i64, limit: usize) -> Vec<(i64, u128)> {
    let found = find_sequence(db, Uuid::from_u128(installation), after, limit).await.expect("it finds");
    found.iter().map(|numbered| (numbered.sequence, numbered.event_id.as_u128())).collect()
}

#[tokio::test]
async fn webhooks_of_an_installation_are_numbered_without_a_gap_and_found_by_their_numbers() {
    each_engine(&MIGRATIONS, |db| async move {
        assert_eq!(insert_for(&db, (1..=3).map(event).collect(), &[1, 2]).await, [[1, 1], [2, 2], [3, 3]]);
        // A known key takes no number.
        insert_for(&db, vec![keyed(10, 7, "a")], &[1]).await;
        insert_for(&db, vec![keyed(11, 7, "a"), event(12)], &[1]).await;
        assert_eq!(sequence(&db, 1, 0, 9).await, [(1, 1), (2, 2), (3, 3), (4, 10), (5, 12)]);
        assert_eq!(sequence(&db, 1, 1, 2).await, [(2, 2), (3, 3)], "from the middle of a group");
        assert_eq!(sequence(&db, 2, 3, 9).await, []);
        assert_eq!(newest_sequence(&db, Uuid::from_u128(1)).await.expect("it looks"), 5);
        assert_eq!(newest_sequence(&db, Uuid::from_u128(9)).await.expect("it looks"), 0);
        // Some of them are put away, others are not.
        insert_for(&db, (20..50).map(event).collect(), &[1]).await;
        insert_for(&db, (50..52).map(event).collect(), &[1]).await;
        let all = [vec![1, 2, 3, 10, 12], (20..52).collect()].concat();
        assert_eq!(sequence(&db, 1, 0, 99).await, (1..).zip(all.clone()).collect::<Vec<_>>());
        let from_30: Vec<_> = (31..).zip(all[30..].iter().copied()).collect();
        assert_eq!(sequence(&db, 1, 30, 99).await, from_30);
        assert_eq!(sequence(&db, 1, 36, 99).await, [(37, 51)]);
        let types = CustomTypes::default();
        let found = load_events(&db, &types, &[Uuid::from_u128(12)]).await.expect("it loads");
        let stored = found[0].1.clone().expect("it is decided");
        assert_eq!(
            stored,
            [Decision { sequence: 5, ..decided(1) }],
            "handing over again uses the same numbers"
        );
    })
    .await;
}

#[tokio::test]
async fn replicas_that_number_at_once_leave_no_gap_and_give_no_number_twice() {
    each_engine(&MIGRATIONS, |db| async move {
        let writers = (0..6_u128).map(|writer| {
            let db = db.clone();
            tokio::spawn(async move {
                let mut installations = [1, 2, 3];
                installations.rotate_left((writer % 3) as usize);
                for round in 0..10 {
                    let ids = (0..3).map(|n| event(1000 * (writer + 1) + round * 10 + n));
                    insert_for(&db, ids.collect(), &installations).await;
                }
            })
        });
        futures::future::try_join_all(writers).await.expect("no writer fails");
        for installation in 1..=3 {
            let found = sequence(&db, installation, 0, 1000).await;
            let numbers: Vec<_> = found.iter().map(|(number, _)| *number).collect();
            assert_eq!(numbers, (1..=180).collect::<Vec<_>>());
            let events: std::collections::BTreeSet<_> = found.iter().map(|(_, event)| *event).collect();
            assert_eq!(events.len(), 180);
        }
    })
    .await;
}

#[tokio::test]
async fn events_accepted_before_anybody_was_known_are_decided_about_once() {
    each_engine(&MIGRATIONS, |db| async move {
        let events: Vec<_> = (1..=2).map(|number| Arc::new(event(number))).collect();
        insert_events(&db, events[0].id, &events, &mut [None, None], SOON).await.expect("it is stored");
        assert_eq!(claim(&db, 0, 30, 10).await, [1, 2], "they are due at once");
        let mut ours = [(event(1), vec![decided(1)]), (event(2), vec![decided(1)])];
        assert!(decide_later(&db, &mut ours).await.expect("it decides"));
        assert_eq!(ours[1].1[0].sequence, 2);
        let mut others = [(event(2), vec![decided(1)])];
        assert!(!decide_later(&db, &mut others).await.expect("it looks"));
        assert_eq!(sequence(&db, 1, 0, 9).await, [(1, 1), (2, 2)], "the second decision left no trace");
    })
    .await;
}

#[tokio::test]
async fn days_behind_one_that_a_wrong_clock_has_begun_get_their_partitions() {
    each_engine(&MIGRATIONS, |db| async move {
        if db.engine() != patchbay_db::Engine::Postgres {
            return;
        }
        let accepted_at = at(5 * 86_400);
        let ahead = Event { id: event_id(accepted_at, [1; 10]), accepted_at, ..samples::event() };
        insert_for(&db, vec![ahead], &[1]).await;
        make_partitions(&db, at(0).date_naive(), 9).await.expect("it makes the others");
        let made = "select count(*) from pg_inherits where inhparent = cast('events' as regclass)";
        // With the one for what has no day.
        assert_eq!(db.query(made).fetch_scalar::<i64>().await.expect("it counts"), 10);
    })
    .await;
}

#[tokio::test]
async fn what_is_old_goes_unless_it_is_still_to_be_handed_over() {
    each_engine(&MIGRATIONS, |db| async move {
        let on = |day: i64, number: u8| {
            let accepted_at = at(day * 86_400);
            Event { id: event_id(accepted_at, [number; 10]), accepted_at, ..samples::event() }
        };
        let first = at(0).date_naive();
        make_partitions(&db, first, 9).await.expect("it makes them");
        make_partitions(&db, first, 9).await.expect("and again");
        let (first_day, second_day) = (on(0, 1), on(1, 2));
        // Enough for the numbers until then to be put away.
        let fifth_day: Vec<_> = (10..26).map(|number| on(5, number)).collect();
        // It has no partition of its own.
        let last_day = on(20, 4);
        let keyed = Event { idempotency_key: Some(idempotency_key("k".into(), &on(0, 5))), ..on(0, 5) };
        let keyed_id = keyed.id;
        let marked = [first_day.id, fifth_day[0].id, last_day.id];
        let groups =
            [vec![first_day], vec![second_day.clone()], fifth_day, vec![last_day.clone()], vec![keyed]];
        for group in groups {
            insert_for(&db, group, &[1]).await;
        }
        mark_fanned_out(&db, &marked).await.expect("it marks");

        let oldest = at(6 * 86_400);
        let dropped = drop_partitions(&db, oldest.date_naive()).await.expect("it drops");
        let expected = if db.engine() == patchbay_db::Engine::Postgres { 6 } else { 0 };
        let reason = "of both tables the days that groups of such events cannot reach";
        assert_eq!(dropped.len(), expected, "{reason}: {dropped:?}");
        expire_events(&db, least_id(oldest)).await.expect("it deletes");
        let left: Vec<Uuid> =
            db.query("select id from events order by id").fetch_scalars().await.expect("it looks");
        let expected = [keyed_id, second_day.id, last_day.id];
        assert_eq!(left, expected, "two of them are still to be handed over");
        let numbers = sequence(&db, 1, 0, 9).await;
        let expected = [(19, last_day.id.as_u128()), (20, keyed_id.as_u128())];
        assert_eq!(numbers, expected, "numbers that were put away go with their events");

        let keys = async || db.query("select count(*) from idempotency_keys").fetch_scalar::<i64>().await;
        expire_keys(&db, at(0)).await.expect("it deletes");
        assert_eq!(keys().await.expect("it counts"), 1);
        expire_keys(&db, at(1)).await.expect("it deletes");
        assert_eq!(keys().await.expect("it counts"), 0);
    })
    .await;
}

#[tokio::test]
async fn a_grant_code_is_kept_apart_from_its_event_and_only_until_the_hand_over() {
    each_engine(&MIGRATIONS, |db| async move {
        const CODE: &str = "f3c71b491e3949b6b033ae45312a4fcb";
        let kind = samples::kind("installation.created");
        let data = format!(r#"{{"installation":{{"status":"pending","code":"{CODE}","uuid":"a8e5"}}}}"#);
        let created = Event { kind, data: data.into(), ..event(1) };
        insert(&db, [created.clone(), event(2)]).await;
        let kept = async || -> i64 {
            let hex: String = CODE.bytes().map(|byte| format!("{byte:02x}")).collect();
            let in_sqlite = format!(
                "select (select count(*) from events where hex(data) like '%{upper}%')
                     + (select count(*) from unmarked where grant_codes like '%{CODE}%')",
                upper = hex.to_ascii_uppercase(),
            );
            let in_postgres = format!(
                "select (select count(*) from events where encode(data, 'hex') like '%{hex}%')
                     + (select count(*) from unmarked where grant_codes like '%{CODE}%')"
            );
            let query = db.query_per_engine(AssertSqlSafe(in_postgres), AssertSqlSafe(in_sqlite));
            query.fetch_scalar().await.expect("it counts")
        };
        let types = CustomTypes::default();
        let load = async || {
            let found = load_events(&db, &types, &[created.id]).await.expect("it loads");
            found.into_iter().next().expect("it is there").0
        };
        let masked = String::from_utf8(load().await.data.to_vec()).expect("it is text");
        assert_eq!(masked, r#"{"installation":{"status":"pending","code":"********","uuid":"a8e5"}}"#);
        assert_eq!(kept().await, 1, "the hand-over may need it");

        let group = claim_unmarked(&db, at(100), at(200), at(300), 1).await.expect("it claims").remove(0);
        let mut again = load().await;
        complete(&mut again, &group.grant_codes);
        assert_eq!(again, created);

        mark_fanned_out(&db, &[group.id]).await.expect("it marks");
        assert_eq!(kept().await, 0);
    })
    .await;
}
