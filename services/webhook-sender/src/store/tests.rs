use std::collections::HashSet;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use patchbay_db::Db;
use patchbay_domain::ids::delivery_id;
use patchbay_testkit::database::each_engine;
use uuid::Uuid;

use super::backlog::backlog;
use super::claim::claim;
use super::due_apps::{DueApp, due_apps};
use super::list_deliveries::list_deliveries;
use super::record::record;
use super::recorded::recorded;
use crate::MIGRATIONS;
use crate::attempt::{Attempt, Exchange};
use crate::domain::after_attempt::Outcome;
use crate::domain::delivery::{Delivery, State};
use crate::recorder::{Hold, Record};

fn noon() -> DateTime<Utc> {
    DateTime::from_timestamp(1_700_000_000, 0).unwrap()
}

fn at(seconds: i64) -> DateTime<Utc> {
    noon() + TimeDelta::seconds(seconds)
}

fn delivery(app_id: i64) -> Delivery {
    let (event_id, installation_id) = (Uuid::now_v7(), Uuid::new_v4());
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
        attempts: 0,
        failure: None,
    }
}

fn attempt(number: i32, status: u16) -> Attempt {
    let outcome = Outcome::Answered { status, retry_after: None };
    let exchange = Exchange {
        request_headers: [("Request-ID".to_owned(), "1".to_owned())].into(),
        request_body: "{}".into(),
        response_body: "no".into(),
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
    Record { delivery, attempt, state, has_row, hold: Hold::Nothing }
}

fn pending(seconds: i64) -> State {
    State::Pending { due_at: at(seconds), reason: "status_500".into() }
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
        let parked = State::Pending { due_at: at(60), reason: "slow".into() };
        let records = [
            entry(&one, None, parked, false),
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
        let [delivered, parked, dropped, unknown] = [delivery(1), delivery(1), delivery(1), delivery(1)];
        let records = [
            entry(&delivered, Some(attempt(1, 200)), State::Delivered, false),
            entry(&parked, Some(attempt(1, 500)), pending(5), false),
            entry(&dropped, None, State::Dropped { reason: "uninstalled" }, false),
        ];
        write(&db, &records).await;
        let ids = [delivered.id, parked.id, dropped.id];
        let asked = [delivered, parked, dropped, unknown];
        assert_eq!(recorded(&db, &asked).await.unwrap(), ids.into());
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
        assert_eq!(due_apps(&db).await.unwrap(), []);
        assert_eq!(backlog(&db).await.unwrap().oldest, None);
        let records: Vec<_> = [(3, 9), (-1, 7), (3, 5), (8, 6), (3, 7)]
            .map(|(app, due)| entry(&delivery(app), None, pending(due), false))
            .into_iter()
            .chain([entry(&delivery(5), None, State::Dropped { reason: "uninstalled" }, false)])
            .collect();
        write(&db, &records).await;
        let expected = [(-1, 7), (3, 5), (8, 6)];
        let expected = expected.map(|(app_id, due)| DueApp { app_id, next_due: at(due) });
        assert_eq!(due_apps(&db).await.unwrap(), expected);
    })
    .await;
}
