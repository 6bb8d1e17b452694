use std::collections::HashSet;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use patchbay_db::{AssertSqlSafe, Db};
use patchbay_domain::Random;
use patchbay_domain::ids::delivery_id;
use patchbay_testkit::database::each_engine;
use patchbay_testkit::pages::each_row_once;
use uuid::{Builder, Uuid};

use super::about_installations;
use super::backlog::backlog;
use super::breakers::{BreakerRow, load, load_not_closed, save, take_step};
use super::claim::{ClaimQuery, claim_due, claim_in_order, claim_oldest, claim_probe, claim_probe_in_order};
use super::dead_letters::{self, DeadFilter};
use super::due_apps::{DueApp, due_apps};
use super::health::health;
use super::held::{held_installations, release};
use super::hours;
use super::list_deliveries::list_deliveries;
use super::list_requests::{Behind, RequestQuery, list_requests};
use super::record::record;
use super::recorded::recorded;
use super::retention::{
    delete_counts, delete_ended, delete_requests, drop_partitions, expire, make_partitions, trim_kept,
};
use super::turns;
use crate::MIGRATIONS;
use crate::domain::after_attempt::Outcome;
use crate::domain::attempt::{Attempt, Exchange};
use crate::domain::breaker::Phase;
use crate::domain::delivery::{Delivery, State};
use crate::domain::endpoint_counts::EndpointCounts;
use crate::recording::origin::Origin;
use crate::recording::record::Record;

fn noon() -> DateTime<Utc> {
    DateTime::from_timestamp(1_700_000_000, 0).unwrap()
}

fn at(seconds: i64) -> DateTime<Utc> {
    noon() + TimeDelta::seconds(seconds)
}

/// Ids of events are in the order of acceptance.
fn next_event_id() -> Uuid {
    static ACCEPTED: AtomicU64 = AtomicU64::new(1_700_000_000_000);
    let millis = ACCEPTED.fetch_add(1, Ordering::Relaxed);
    Builder::from_unix_timestamp_millis(millis, &Random::system().bytes()).into_uuid()
}

fn delivery(app_id: i64) -> Delivery {
    let (event_id, installation_id) = (next_event_id(), Random::system().uuid());
    Delivery {
        id: delivery_id(event_id, installation_id),
        event_id,
        installation_id,
        app_id,
        organization_id: 7,
        resource: "issue".into(),
        action: "created".into(),
        body: "{}".into(),
        accepted_at: noon(),
        traceparent: Some("00-1".into()),
        unconditional: true,
        ordering_key: String::new(),
        sequence: 0,
        attempts: 0,
        schedule_from: 0,
        failure: None,
    }
}

fn attempt(number: i32, status: u16) -> Attempt {
    let outcome = Outcome::Answered { status, retry_after: None };
    let exchange = Exchange {
        request_headers: Some([("Request-ID".to_owned(), "1".to_owned())].into()),
        request_body: Some("{}".into()),
        response_body: "no".into(),
        app_error: None,
    };
    Attempt {
        number,
        url: "https://app.example".into(),
        started_at: noon(),
        took: Duration::from_millis(3),
        outcome,
        exchange: (!outcome.is_success()).then_some(exchange),
    }
}

fn entry(delivery: &Delivery, attempt: Option<Attempt>, state: State, has_row: bool) -> Record {
    let mut delivery = delivery.clone();
    delivery.attempts = attempt.as_ref().map_or(delivery.attempts, |attempt| attempt.number);
    let origin = if has_row { Origin::Returned } else { Origin::Unclaimed };
    Record { delivery, attempt, state, origin }
}

fn pending(seconds: i64) -> State {
    State::Pending { due_at: at(seconds), reason: "status_500".into() }
}

async fn claim(
    db: &Db,
    app_id: i64,
    now: DateTime<Utc>,
    lease_end: DateTime<Utc>,
    limit: u32,
) -> patchbay_db::Result<Vec<Delivery>> {
    claim_due(db, ClaimQuery { app_id, now, lease_end, limit }).await
}

fn ids(deliveries: &[Delivery]) -> Vec<Uuid> {
    deliveries.iter().map(|delivery| delivery.id).collect()
}

async fn write(db: &Db, records: &[Record]) {
    record(db, records, noon()).await.unwrap();
}

/// Status and attempts of the one delivery of the event.
async fn stands(db: &Db, delivery: &Delivery) -> (i32, i32) {
    let rows = list_deliveries(db, delivery.event_id).await.unwrap();
    assert_eq!(rows.len(), 1, "{rows:?}");
    (rows[0].status, rows[0].attempts)
}

#[tokio::test]
async fn parallel_workers_never_claim_the_same_webhook() {
    each_engine(&MIGRATIONS, |db| async move {
        let deliveries: Vec<_> = (0..300).map(|_| delivery(1)).collect();
        let records: Vec<_> =
            deliveries.iter().map(|d| entry(d, Some(attempt(1, 500)), pending(0), false)).collect();
        write(&db, &records).await;
        let workers = (0..4).map(|_| {
            let db = db.clone();
            tokio::spawn(async move {
                let mut mine = Vec::new();
                loop {
                    let claimed = claim(&db, 1, at(1), at(60), 7).await.unwrap();
                    if claimed.is_empty() {
                        return mine;
                    }
                    mine.extend(claimed.into_iter().map(|delivery| delivery.id));
                }
            })
        });
        let claimed = futures::future::join_all(workers).await.into_iter().flat_map(Result::unwrap);
        let claimed: Vec<_> = claimed.collect();
        let different: HashSet<_> = claimed.iter().copied().collect();
        // On PostgreSQL a worker may see nothing while others hold the rest locked, so the last few may be left.
        let left = claim(&db, 1, at(1), at(60), 1000).await.unwrap();
        assert_eq!(claimed.len(), different.len(), "claimed twice");
        assert_eq!(claimed.len() + left.len(), 300);
    })
    .await;
}

#[tokio::test]
async fn a_claim_takes_the_longest_overdue_of_one_app_whole_and_until_its_lease_ends() {
    each_engine(&MIGRATIONS, |db| async move {
        let [first, second, later, other] = [delivery(1), delivery(1), delivery(1), delivery(2)];
        let records = [
            entry(&second, Some(attempt(1, 500)), pending(20), false),
            entry(&first, None, State::Pending { due_at: at(10), reason: "busy".into() }, false),
            entry(&later, Some(attempt(1, 500)), pending(31), false),
            entry(&other, Some(attempt(1, 500)), pending(5), false),
        ];
        write(&db, &records).await;
        let claimed = claim(&db, 1, at(30), at(90), 1).await.unwrap();
        assert_eq!(format!("{claimed:?}"), format!("[{first:?}]"), "as it was, body and all");
        let claimed = claim(&db, 1, at(30), at(90), 5).await.unwrap();
        assert_eq!(claimed.iter().map(|d| d.id).collect::<Vec<_>>(), [second.id]);
        assert_eq!((claimed[0].attempts, claimed[0].failure.as_deref()), (1, Some("status_500")));
        assert!(claim(&db, 1, at(30), at(90), 5).await.unwrap().is_empty());

        let claimed = claim(&db, 1, at(90), at(150), 5).await.unwrap();
        let ids: HashSet<_> = claimed.iter().map(|d| d.id).collect();
        assert_eq!(ids, [first.id, second.id, later.id].into(), "the leases have ended");
    })
    .await;
}

#[tokio::test]
async fn an_outcome_that_comes_late_changes_nothing_that_is_further() {
    each_engine(&MIGRATIONS, |db| async move {
        let one = delivery(1);
        write(&db, &[entry(&one, Some(attempt(1, 500)), pending(5), false)]).await;
        write(&db, &[entry(&one, Some(attempt(2, 500)), pending(300), true)]).await;
        assert_eq!(stands(&db, &one).await, (1, 2));
        // A message that came a second time, and a worker whose lease had run out.
        write(&db, &[entry(&one, None, State::Pending { due_at: at(1), reason: "busy".into() }, false)])
            .await;
        assert_eq!(stands(&db, &one).await, (1, 2));
        assert!(claim(&db, 1, at(10), at(60), 5).await.unwrap().is_empty(), "its due time stays");
        write(&db, &[entry(&one, Some(attempt(2, 200)), State::Delivered, true)]).await;
        assert_eq!(stands(&db, &one).await, (2, 2));
        write(&db, &[entry(&one, Some(attempt(3, 500)), State::Dead { reason: "gone".into() }, true)]).await;
        assert_eq!(stands(&db, &one).await, (2, 2), "what has ended stays ended");
    })
    .await;
}

#[tokio::test]
async fn two_words_on_one_webhook_in_a_batch_are_one() {
    each_engine(&MIGRATIONS, |db| async move {
        let one = delivery(1);
        let later = State::Pending { due_at: at(60), reason: "slow".into() };
        let records = [
            entry(&one, None, later, false),
            entry(&one, Some(attempt(1, 200)), State::Delivered, true),
            entry(&one, Some(attempt(1, 200)), State::Delivered, true),
        ];
        write(&db, &records).await;
        assert_eq!(stands(&db, &one).await, (2, 1));
    })
    .await;
}

#[tokio::test]
async fn every_kind_of_record_is_found_again_and_nothing_else() {
    each_engine(&MIGRATIONS, |db| async move {
        let [delivered, failed, dropped, unknown] = [delivery(1), delivery(1), delivery(1), delivery(1)];
        let records = [
            entry(&delivered, Some(attempt(1, 200)), State::Delivered, false),
            entry(&failed, Some(attempt(1, 500)), pending(5), false),
            entry(&dropped, None, State::Dropped { reason: "uninstalled" }, false),
        ];
        write(&db, &records).await;
        let ids = [delivered.id, failed.id, dropped.id];
        let asked = [delivered, failed, dropped, unknown];
        assert_eq!(recorded(&db, &asked.each_ref().map(|one| one.id)).await.unwrap(), ids.into());
        assert!(recorded(&db, &[]).await.unwrap().is_empty());
        for (delivery, expected) in asked.iter().zip([(2, 1), (1, 1), (4, 0)]) {
            assert_eq!(stands(&db, delivery).await, expected);
        }
        let waiting = backlog(&db).await.unwrap();
        assert_eq!((waiting.count, waiting.oldest), (1, Some(noon())));
    })
    .await;
}

#[tokio::test]
async fn each_app_with_something_waiting_is_known_by_its_next_due_time() {
    each_engine(&MIGRATIONS, |db| async move {
        assert_eq!(due_apps(&db, i64::MIN, 10).await.unwrap(), []);
        assert_eq!(backlog(&db).await.unwrap().oldest, None);
        let records: Vec<_> = [(3, 9), (-1, 7), (3, 5), (8, 6), (3, 7)]
            .map(|(app, due)| entry(&delivery(app), None, pending(due), false))
            .into_iter()
            .chain([entry(&delivery(5), None, State::Dropped { reason: "uninstalled" }, false)])
            .collect();
        write(&db, &records).await;
        let expected = [(-1, 7), (3, 5), (8, 6)];
        let expected = expected.map(|(app_id, due)| DueApp { app_id, next_due: at(due) });
        assert_eq!(due_apps(&db, i64::MIN, 10).await.unwrap(), expected);
        assert_eq!(due_apps(&db, -1, 1).await.unwrap(), expected[1..2], "page by page");
        assert_eq!(due_apps(&db, 8, 1).await.unwrap(), []);
    })
    .await;
}

#[tokio::test]
async fn an_installation_with_many_webhooks_leaves_room_for_the_others() {
    each_engine(&MIGRATIONS, |db| async move {
        let flood = delivery(1);
        let of_flood = || Delivery { installation_id: flood.installation_id, ..delivery(1) };
        let mut records: Vec<_> = (0..100).map(|n| entry(&of_flood(), None, pending(n % 5), false)).collect();
        let others: Vec<_> = (0..5).map(|_| delivery(1)).collect();
        // Due after all of the flood.
        records.extend(others.iter().map(|other| entry(other, None, pending(9), false)));
        write(&db, &records).await;
        let claimed = claim(&db, 1, at(10), at(60), 30).await.unwrap();
        let claimed_ids = ids(&claimed);
        assert!(others.iter().all(|other| claimed_ids.contains(&other.id)), "{claimed:#?}");
        let mut total = claimed.len();
        for _ in 0..20 {
            total += claim(&db, 1, at(10), at(60), 30).await.unwrap().len();
        }
        assert_eq!(total, 105, "each once");
    })
    .await;
}

#[tokio::test]
async fn what_waited_for_an_endpoint_is_claimed_in_the_order_of_acceptance() {
    each_engine(&MIGRATIONS, |db| async move {
        let waiting: Vec<_> = (0..4).map(|_| delivery(1)).collect();
        let dues = [900, 0, 2, 1];
        let records: Vec<_> =
            waiting.iter().zip(dues).map(|(one, due)| entry(one, None, pending(due), false)).collect();
        write(&db, &records).await;
        let wanted = |limit, now| ClaimQuery { app_id: 1, now: at(now), lease_end: at(now + 60), limit };
        let probe = claim_oldest(&db, wanted(1, 10), DateTime::UNIX_EPOCH).await.unwrap();
        assert_eq!(ids(&probe), [waiting[1].id], "the oldest of those that are due");
        write(&db, &[entry(&probe[0], Some(attempt(1, 500)), pending(300), true)]).await;
        // A drain takes also what would be due only later, and nothing twice.
        let drained = claim_oldest(&db, wanted(3, 20), at(20)).await.unwrap();
        assert_eq!(ids(&drained), ids(&waiting[..3]));
        write(&db, &[entry(&drained[0], Some(attempt(1, 400)), pending(900), true)]).await;
        db.query("update deliveries set updated_at = $1 where reason = 'status_500' and attempts = 1")
            .bind(at(21))
            .execute()
            .await
            .unwrap();
        assert_eq!(ids(&claim_oldest(&db, wanted(3, 22), at(20)).await.unwrap()), [waiting[3].id]);
    })
    .await;
}

#[tokio::test]
async fn a_probe_is_the_webhook_that_was_tried_least() {
    each_engine(&MIGRATIONS, |db| async move {
        let queue: Vec<_> = (0..120).map(|_| delivery(1)).collect();
        let records: Vec<_> = queue
            .iter()
            .enumerate()
            .map(|(place, one)| match place {
                // In the middle: neither end sees it, because a look at the whole queue would be too expensive.
                60 => entry(one, None, pending(0), false),
                119 => entry(one, Some(attempt(1, 500)), pending(0), false),
                _ => entry(one, Some(attempt(2, 500)), pending(0), false),
            })
            .collect();
        write(&db, &records).await;
        let probe = async |now: i64| {
            let query = ClaimQuery { app_id: 1, now: at(now), lease_end: at(now), limit: 1 };
            let any = claim_probe(&db, query).await.unwrap();
            let in_order = claim_probe_in_order(&db, query).await.unwrap();
            (ids(&any)[0], in_order[0].attempts)
        };
        assert_eq!(probe(1).await, (queue[119].id, 0), "the newest; in order each has a line of its own");
        let tried = Delivery { attempts: 1, ..queue[119].clone() };
        write(&db, &[entry(&tried, Some(attempt(2, 500)), pending(0), true)]).await;
        let (first, _) = probe(2).await;
        let (second, _) = probe(3).await;
        assert_ne!(first, second, "the one that was touched longest ago");
    })
    .await;
}

#[tokio::test]
async fn webhooks_about_installations_are_claimed_apart() {
    each_engine(&MIGRATIONS, |db| async move {
        let about = |app_id| Delivery { resource: "installation".into(), ..delivery(app_id) };
        let [first, second, later, other] = [about(1), about(1), about(1), about(2)];
        let records = [
            entry(&delivery(1), None, pending(0), false),
            entry(&delivery(3), None, pending(0), false),
            entry(&second, None, pending(2), false),
            entry(&first, None, pending(1), false),
            entry(&later, None, pending(100), false),
            entry(&other, None, pending(3), false),
        ];
        write(&db, &records).await;
        let mut apps = about_installations::apps_with_due(&db, at(10)).await.unwrap();
        apps.sort_unstable();
        assert_eq!(apps, [1, 2]);
        let query = ClaimQuery { app_id: 1, now: at(10), lease_end: at(60), limit: 10 };
        let claimed: HashSet<_> =
            ids(&about_installations::claim(&db, query).await.unwrap()).into_iter().collect();
        assert_eq!(claimed, [first.id, second.id].into());
        assert_eq!(about_installations::apps_with_due(&db, at(10)).await.unwrap(), [2]);
    })
    .await;
}

#[tokio::test]
async fn replicas_share_the_turns_of_a_limited_rate() {
    each_engine(&MIGRATIONS, |db| async move {
        let workers = (0..4).map(|_| {
            let db = db.clone();
            tokio::spawn(async move {
                let mut taken = 0;
                // Two seconds at 10 a second.
                for step in 0..=40 {
                    taken += turns::take(&db, 1, 10.0, 5, at(0) + TimeDelta::milliseconds(step * 50))
                        .await
                        .unwrap()
                        .count;
                }
                taken
            })
        });
        let taken: u32 = futures::future::join_all(workers).await.into_iter().map(Result::unwrap).sum();
        assert!((1..=22).contains(&taken), "{taken} webhooks in two seconds");
        let next = turns::take(&db, 1, 10.0, 5, at(60)).await.unwrap();
        assert_eq!(next.count, 2, "turns that passed unused are lost, but for those of a tenth of a second");
        assert_eq!(turns::take(&db, 2, 10.0, 5, at(0)).await.unwrap().count, 1, "another app has its own");
    })
    .await;
}

#[tokio::test]
async fn an_attempt_that_does_not_count_moves_the_beginning_of_the_schedule() {
    each_engine(&MIGRATIONS, |db| async move {
        let one = delivery(1);
        let record = |schedule_from, number| {
            let moved = Delivery { schedule_from, attempts: number - 1, ..one.clone() };
            entry(&moved, Some(attempt(number, 429)), pending(0), number > 1)
        };
        for (schedule_from, number, expected) in [(1, 1, 1), (2, 2, 2), (0, 3, 2)] {
            write(&db, &[record(schedule_from, number)]).await;
            let claimed = claim(&db, 1, at(1), at(0), 1).await.unwrap();
            assert_eq!((claimed[0].attempts, claimed[0].schedule_from), (number, expected));
        }
    })
    .await;
}

#[tokio::test]
async fn where_order_counts_one_webhook_of_a_key_goes_at_a_time() {
    each_engine(&MIGRATIONS, |db| async move {
        let one = delivery(1);
        let keyed = |key: &str, sequence| Delivery {
            installation_id: one.installation_id,
            ordering_key: key.into(),
            sequence,
            ..delivery(1)
        };
        // The third came first.
        let [third, first, second, other] = [keyed("a", 3), keyed("a", 1), keyed("a", 2), keyed("b", 4)];
        let records: Vec<_> =
            [&third, &first, &second, &other].map(|one| entry(one, None, pending(0), false)).into();
        write(&db, &records).await;
        let next = async |now: i64| {
            let wanted = ClaimQuery { app_id: 1, now: at(now), lease_end: at(now + 60), limit: 10 };
            claim_in_order(&db, wanted, DateTime::UNIX_EPOCH).await.unwrap()
        };
        assert_eq!(ids(&next(1).await), [first.id, other.id]);
        assert!(next(2).await.is_empty(), "the first of each is under way");
        write(&db, &[entry(&first, Some(attempt(1, 500)), pending(30), true)]).await;
        assert!(next(3).await.is_empty(), "what failed is waited for");
        assert_eq!(ids(&next(30).await), [first.id]);
        write(
            &db,
            &[entry(&Delivery { attempts: 1, ..first }, Some(attempt(2, 200)), State::Delivered, true)],
        )
        .await;
        assert_eq!(ids(&next(31).await), [second.id]);
        write(&db, &[entry(&second, Some(attempt(1, 410)), State::Dead { reason: "gone".into() }, true)])
            .await;
        assert_eq!(ids(&next(32).await), [third.id]);
    })
    .await;
}

#[tokio::test]
async fn what_is_held_is_claimed_only_after_its_release() {
    each_engine(&MIGRATIONS, |db| async move {
        let [held, also, free] = [delivery(1), delivery(2), delivery(1)];
        let state = || State::Held { reason: "app_disabled".into() };
        write(&db, &[entry(&held, None, state(), false), entry(&also, None, state(), false)]).await;
        write(&db, &[entry(&free, None, pending(0), false)]).await;
        assert_eq!(ids(&claim(&db, 1, at(9), at(60), 9).await.unwrap()), [free.id]);
        let mut found = held_installations(&db).await.unwrap();
        found.sort_unstable_by_key(|(_, app_id)| *app_id);
        assert_eq!(found, [(held.installation_id, 1), (also.installation_id, 2)]);
        assert_eq!(release(&db, held.installation_id, at(10), 10).await.unwrap(), 1);
        assert_eq!(release(&db, held.installation_id, at(10), 10).await.unwrap(), 0);
        assert_eq!(ids(&claim(&db, 1, at(10), at(60), 9).await.unwrap()), [held.id]);
        assert_eq!(held_installations(&db).await.unwrap(), [(also.installation_id, 2)]);
    })
    .await;
}

#[tokio::test]
async fn of_two_words_on_an_endpoint_the_later_one_counts_and_each_step_is_taken_once() {
    each_engine(&MIGRATIONS, |db| async move {
        let open = |seconds| Phase::Open { next_probe_at: at(seconds), failed_probes: 2 };
        let row = |version, phase| BreakerRow::new(7, version, phase, Some(noon()), at(1));
        save(&db, &[row(2, open(30))]).await.unwrap();
        save(&db, &[row(1, Phase::Closed)]).await.unwrap();
        save(&db, &[row(2, open(99))]).await.unwrap();
        let loaded = load_not_closed(&db, &[]).await.unwrap();
        assert_eq!((loaded.len(), loaded[0].phase(), loaded[0].version), (1, open(30), 2));
        let step = async |now, next| take_step(&db, 7, 2, at(now), at(next), at(now + 600)).await.unwrap();
        assert!(!step(29, 60).await, "not due yet");
        assert!(step(30, 60).await);
        assert!(!step(31, 60).await, "another replica has it");
        assert!(step(-3600, -3570).await, "the clock was set back by an hour");
        let draining = Phase::Draining { since: at(40), next_at: at(41) };
        save(&db, &[row(3, draining)]).await.unwrap();
        assert_eq!(load_not_closed(&db, &[]).await.unwrap()[0].phase(), draining);
        save(&db, &[row(4, Phase::Closed)]).await.unwrap();
        assert!(load_not_closed(&db, &[]).await.unwrap().is_empty());
        assert_eq!(load_not_closed(&db, &[7]).await.unwrap()[0].phase(), Phase::Closed);
        assert_eq!(load(&db).await.unwrap().len(), 1);
    })
    .await;
}

fn accepted(days: i64) -> Delivery {
    let at = noon() + TimeDelta::days(days);
    let seconds = u64::try_from(at.timestamp()).unwrap();
    let event_id = Uuid::new_v7(uuid::Timestamp::from_unix(uuid::NoContext, seconds, 0));
    let fresh = delivery(1);
    Delivery { id: delivery_id(event_id, fresh.installation_id), event_id, accepted_at: at, ..fresh }
}

async fn count(db: &Db, sql: &'static str) -> i64 {
    db.query(sql).fetch_scalar().await.unwrap()
}

#[tokio::test]
async fn what_is_too_old_is_forgotten_but_for_the_newest_of_each_kind() {
    each_engine(&MIGRATIONS, |db| async move {
        make_partitions(&db, noon()).await.unwrap();
        make_partitions(&db, noon()).await.unwrap();
        // Before the first partition, within one, and behind the last.
        let mut records = Vec::new();
        for (days, number) in [(-9, 120), (0, 130), (9, 10)] {
            for n in 0..number {
                let one = accepted(days);
                let started_at = one.accepted_at + TimeDelta::seconds(n);
                let attempt = Attempt { started_at, ..attempt(1, 200) };
                records.push(entry(&one, Some(attempt), State::Delivered, false));
            }
        }
        for part in records.chunks(100) {
            write(&db, part).await;
        }
        let cutoff = noon() + TimeDelta::days(5);
        let (mut deleted, mut rounds) = (0, 0);
        let dropped = drop_partitions(&db, cutoff).await.unwrap();
        loop {
            let round = delete_requests(&db, cutoff, 50).await.unwrap();
            (deleted, rounds) = (deleted + round, rounds + 1);
            if round < 50 {
                break;
            }
        }
        assert!(rounds > 2 && (dropped > 0) == (deleted < 250), "{dropped} {deleted} {rounds}");
        assert_eq!(count(&db, "select count(*) from attempts").await, 10);
        trim_kept(&db).await.unwrap();
        assert_eq!(count(&db, "select count(*) from kept_attempts").await, 100);
        let newest: Vec<DateTime<Utc>> = db
            .query("select started_at from kept_attempts order by started_at limit 1")
            .fetch_scalars()
            .await
            .unwrap();
        assert_eq!(newest, [noon() + TimeDelta::seconds(30)], "the newest hundred");
        make_partitions(&db, noon() + TimeDelta::days(1)).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_webhook_that_waits_for_too_long_is_given_up_before_it_is_forgotten() {
    each_engine(&MIGRATIONS, |db| async move {
        let [held, waits, young] = [accepted(-3), accepted(-3), accepted(1)];
        let state = State::Held { reason: "app_disabled".into() };
        let records = [
            entry(&held, None, state, false),
            entry(&waits, Some(attempt(1, 500)), pending(5), false),
            entry(&young, Some(attempt(1, 500)), pending(5), false),
        ];
        write(&db, &records).await;
        assert_eq!(expire(&db, noon(), at(60), 10).await.unwrap(), 2);
        assert_eq!((stands(&db, &held).await, stands(&db, &waits).await), ((3, 0), (3, 1)));
        assert_eq!(stands(&db, &young).await, (1, 1));
        assert_eq!(delete_ended(&db, at(60), 10).await.unwrap(), 0);
        assert_eq!(delete_ended(&db, at(61), 1).await.unwrap(), 1);
        assert_eq!(delete_ended(&db, at(61), 10).await.unwrap(), 1);
        delete_counts(&db, noon()).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn counts_of_an_hour_add_up() {
    each_engine(&MIGRATIONS, |db| async move {
        let failed = EndpointCounts {
            failed: 2,
            timeouts: 1,
            last_failure: Some("dns".into()),
            ..EndpointCounts::default()
        };
        let fine =
            EndpointCounts { succeeded: 3, last_delivered_at: Some(noon()), ..EndpointCounts::default() };
        hours::add(&db, &[(1, failed), (2, fine.clone())], noon()).await.unwrap();
        hours::add(&db, &[(1, fine)], at(60)).await.unwrap();
        let past = hours::hours(&db, 1, noon() - TimeDelta::days(1)).await.unwrap();
        assert_eq!((past.len(), past[0].succeeded, past[0].failed, past[0].timeouts), (1, 3, 2, 1));
        assert_eq!(hours::failing_apps(&db, noon() - TimeDelta::days(1)).await.unwrap(), [1]);
        let health = health(&db, 1, at(90)).await.unwrap();
        assert_eq!((health.succeeded, health.failed, health.last_delivered_at), (3, 2, Some(noon())));
        hours::forget(&db, 1).await.unwrap();
        assert!(hours::failing_apps(&db, noon() - TimeDelta::days(1)).await.unwrap().is_empty());
    })
    .await;
}

const CODE: &str = "f3c71b491e3949b6b033ae45312a4fcb";

fn installation_created() -> Delivery {
    let body =
        format!(r#"{{"action":"created","data":{{"installation":{{"code":"{CODE}","uuid":"a8e5"}}}}}}"#);
    Delivery { resource: "installation".into(), body: body.into(), ..delivery(1) }
}

/// Rows that hold the code.
async fn codes(db: &Db) -> i64 {
    let hex: String = CODE.bytes().map(|byte| format!("{byte:02x}")).collect();
    let count = |hexed: &str| {
        let in_attempts = format!(
            "({hexed} like '%{hex}%' or request_body like '%{CODE}%' or response_body like '%{CODE}%')"
        );
        format!(
            "select (select count(*) from deliveries where {hexed} like '%{hex}%' or grant_code = '{CODE}')
                 + (select count(*) from attempts where {in_attempts})"
        )
    };
    let query = db.query_per_engine(
        AssertSqlSafe(count("encode(body, 'hex')")),
        AssertSqlSafe(count("lower(hex(body))")),
    );
    query.fetch_scalar().await.unwrap()
}

#[tokio::test]
async fn a_grant_code_is_kept_only_while_its_webhook_waits() {
    each_engine(&MIGRATIONS, |db| async move {
        make_partitions(&db, noon()).await.unwrap();
        let at_once = installation_created();
        write(&db, &[entry(&at_once, Some(attempt(1, 200)), State::Delivered, false)]).await;
        assert_eq!(codes(&db).await, 0, "a webhook that was delivered at once");

        for end in [
            State::Delivered,
            State::Dead { reason: "exhausted".into() },
            State::Dropped { reason: "uninstalled" },
        ] {
            let waiting = installation_created();
            write(&db, &[entry(&waiting, Some(attempt(1, 500)), pending(0), false)]).await;
            assert_eq!(codes(&db).await, 1, "{end:?}");
            let again = claim(&db, 1, at(1), at(60), 1).await.unwrap().remove(0);
            assert_eq!(again.body, waiting.body, "the same bytes at every attempt");
            write(&db, &[entry(&again, None, State::Held { reason: "app_disabled".into() }, true)]).await;
            release(&db, waiting.installation_id, at(1), 10).await.unwrap();
            let again = claim(&db, 1, at(100), at(200), 1).await.unwrap().remove(0);
            assert_eq!(again.body, waiting.body);
            write(&db, &[entry(&again, Some(attempt(2, 200)), end.clone(), true)]).await;
            assert_eq!(codes(&db).await, 0, "{end:?}");
        }

        let expired = installation_created();
        write(&db, &[entry(&expired, Some(attempt(1, 500)), pending(0), false)]).await;
        let late = noon() + TimeDelta::days(1);
        assert_eq!(expire(&db, late, late, 10).await.unwrap(), 1);
        assert_eq!(codes(&db).await, 0);
    })
    .await;
}

#[tokio::test]
async fn all_pages_of_requests_and_dead_letters_hold_each_row_once() {
    each_engine(&MIGRATIONS, |db| async move {
        // Three installations for each event, two attempts for each, all at the same time.
        let mut records = Vec::new();
        for _ in 0..6 {
            let event_id = next_event_id();
            for _ in 0..3 {
                let mut delivery = delivery(1);
                delivery.event_id = event_id;
                delivery.id = delivery_id(event_id, delivery.installation_id);
                records.push(entry(&delivery, Some(attempt(1, 500)), pending(0), false));
                let dead = State::Dead { reason: "status_500".into() };
                records.push(entry(&delivery, Some(attempt(2, 500)), dead, true));
            }
        }
        let (first, second): (Vec<_>, Vec<_>) =
            records.into_iter().partition(|record| record.delivery.attempts == 1);
        write(&db, &first).await;
        write(&db, &second).await;
        // Some of the requests are kept in a table of their own.
        db.query(
            "insert into kept_attempts select * from attempts where delivery_id in (
                 select delivery_id from attempts where number = 1 order by delivery_id limit 5)",
        )
        .execute()
        .await
        .unwrap();
        db.query("delete from attempts where delivery_id in (select delivery_id from kept_attempts)")
            .execute()
            .await
            .unwrap();

        each_row_once("requests", 36, async |behind: Option<Behind>, limit| {
            let query = RequestQuery {
                app_id: 1,
                event: None,
                errors_only: false,
                organization_id: None,
                installation_id: None,
                delivery_id: None,
                min_response_code: None,
                max_response_code: None,
                text: None,
                start: at(-10),
                end: at(10),
                behind,
                limit: i64::from(limit),
                with_bodies: false,
            };
            let rows = list_requests(&db, query).await.unwrap();
            let last = rows.last().filter(|_| rows.len() == limit as usize);
            let next = last.map(|row| Behind {
                started_at: row.started_at,
                delivery_id: row.delivery_id,
                number: row.number,
            });
            (rows.iter().map(|row| (row.delivery_id, row.number)).collect(), next)
        })
        .await;
        each_row_once("dead letters", 18, async |before: Option<(Uuid, Uuid)>, limit| {
            let rows =
                dead_letters::list(&db, 1, &DeadFilter::default(), before, i64::from(limit)).await.unwrap();
            let last = rows.last().filter(|_| rows.len() == limit as usize);
            let next = last.map(|row| (row.event_id, row.delivery_id));
            (rows.iter().map(|row| row.delivery_id).collect(), next)
        })
        .await;
    })
    .await;
}
