use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use futures::FutureExt;
use patchbay_db::{LeaseHolder, OutboxMessage};
use patchbay_testkit::database::each_engine;

use crate::things::MIGRATIONS;

fn message(key: &str) -> OutboxMessage {
    OutboxMessage {
        topic: "events".into(),
        key: key.into(),
        body: bytes::Bytes::from_static(b"{\"n\":1}"),
        headers: BTreeMap::from([("traceparent".into(), "00-1-2-01".into())]),
    }
}

#[tokio::test]
async fn a_committed_message_waits_in_order_and_wakes_the_relay() {
    each_engine(&MIGRATIONS, |db| async move {
        let mut tx = db.begin().await.unwrap();
        tx.outbox(message("issue.created")).await.unwrap();
        tx.outbox_all([message("issue.assigned"), message("issue.resolved")]).await.unwrap();
        assert_eq!(db.outbox_notified().now_or_never(), None);
        tx.commit().await.unwrap();
        db.outbox_notified().await;

        let rows = db.outbox_batch(2).await.unwrap();
        assert_eq!(
            rows.iter().map(|row| row.key.as_str()).collect::<Vec<_>>(),
            ["issue.created", "issue.assigned"]
        );
        assert!(rows[0].id < rows[1].id);
        let (row, sent) = (&rows[0], message("issue.created"));
        assert_eq!((&row.topic, &row.body.0, &row.headers.0), (&sent.topic, &sent.body, &sent.headers));

        assert_eq!(db.outbox_delete(&[rows[0].id, rows[1].id]).await.unwrap(), 2);
        let left = db.outbox_batch(10).await.unwrap();
        assert_eq!(left.iter().map(|row| row.key.as_str()).collect::<Vec<_>>(), ["issue.resolved"]);
    })
    .await;
}

#[tokio::test]
async fn a_message_of_a_transaction_that_is_undone_is_never_seen() {
    each_engine(&MIGRATIONS, |db| async move {
        let mut tx = db.begin().await.unwrap();
        tx.outbox(message("issue.created")).await.unwrap();
        tx.rollback().await.unwrap();
        assert!(db.outbox_batch(10).await.unwrap().is_empty());
        assert_eq!(db.outbox_notified().now_or_never(), None);
    })
    .await;
}

#[tokio::test]
async fn a_lease_has_one_holder_until_it_expires_or_is_released() {
    each_engine(&MIGRATIONS, |db| async move {
        let now: DateTime<Utc> = DateTime::from_timestamp(1_566_248_777, 0).unwrap();
        let ttl = TimeDelta::seconds(10);
        let (one, two) = (LeaseHolder::unique(), LeaseHolder::unique());
        let take = async |holder, now| db.acquire_lease("outbox", holder, now, ttl).await.unwrap();

        assert!(take(one, now).await);
        assert!(!take(two, now + TimeDelta::seconds(9)).await);
        assert!(take(one, now + TimeDelta::seconds(9)).await, "renewed");
        assert!(!take(two, now + TimeDelta::seconds(18)).await);
        assert!(take(two, now + TimeDelta::seconds(19)).await, "expired");
        assert!(!take(one, now + TimeDelta::seconds(10)).await, "by a clock that is a little behind");
        db.release_lease("outbox", one).await.unwrap();
        assert!(!take(one, now + TimeDelta::seconds(20)).await, "released by a holder that no longer has it");
        db.release_lease("outbox", two).await.unwrap();
        assert!(take(one, now + TimeDelta::seconds(20)).await);
        assert!(take(two, now - TimeDelta::hours(1)).await, "the clock was set back by an hour");
    })
    .await;
}
