//! From a committed row to a consumer.

use std::time::Duration;

use patchbay_bus::{Bus, BusConfig, Consumer, Queue, Topic, outbox};
use patchbay_db::{Db, Migrations, OutboxMessage};
use patchbay_domain::Clock;
use patchbay_testkit::bus::each_bus;
use patchbay_testkit::database::each_engine;
use patchbay_testkit::eventually;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::{SOON, message, next, number};

static MIGRATIONS: Migrations = Migrations::new(&[]);

async fn write(db: &Db, bodies: std::ops::Range<usize>) {
    write_to(db, "events", bodies).await;
}

async fn write_to(db: &Db, topic: &str, bodies: std::ops::Range<usize>) {
    let mut tx = db.begin().await.expect("a transaction");
    let messages = bodies.map(|body| OutboxMessage {
        topic: topic.to_owned(),
        key: "issue.created".to_owned(),
        body: body.to_string().into(),
        headers: [("traceparent".to_owned(), "00-ab-cd-01".to_owned())].into(),
    });
    tx.outbox_all(messages).await.expect("the rows are written");
    tx.commit().await.expect("the commit");
}

async fn waiting(db: &Db) -> usize {
    db.outbox_batch(10_000).await.expect("the outbox is readable").len()
}

async fn outbox_is_empty(db: &Db) {
    eventually(SOON, "the outbox is empty", async || (waiting(db).await == 0).then_some(())).await;
}

async fn take(consumer: &mut Consumer) -> usize {
    let delivery = next(consumer).await;
    let taken = number(&delivery);
    delivery.ack();
    taken
}

struct Relay {
    task: JoinHandle<()>,
    stop: CancellationToken,
}

impl Relay {
    fn start(db: &Db, bus: &Bus, clock: &Clock) -> Self {
        let stop = CancellationToken::new();
        let task = tokio::spawn(outbox::relay(db.clone(), bus.clone(), clock.clone(), stop.clone()));
        Self { task, stop }
    }

    async fn stop(self) {
        self.stop.cancel();
        tokio::time::timeout(SOON, self.task).await.expect("the relay stops in time").expect("no panic");
    }

    /// As in a killed process, the lease is not released.
    async fn kill(self) {
        self.task.abort();
        assert!(self.task.await.is_err_and(|end| end.is_cancelled()));
    }
}

#[tokio::test]
async fn rows_arrive_in_their_order_whole_and_are_gone_afterwards() {
    const ROWS: usize = 1_500;
    each_bus(|bus| async move {
        let bus = &bus;
        each_engine(&MIGRATIONS, |db| async move {
            write(&db, 0..ROWS / 2).await;
            let relay = Relay::start(&db, bus, &Clock::system());
            write(&db, ROWS / 2..ROWS).await;
            let mut consumer = bus.consume(Queue::EventFanout, 100);
            for expected in 0..ROWS {
                let delivery = next(&mut consumer).await;
                assert_eq!(number(&delivery), expected);
                assert_eq!(delivery.key, "issue.created");
                assert_eq!(delivery.headers["traceparent"], "00-ab-cd-01");
                delivery.ack();
            }
            outbox_is_empty(&db).await;
            relay.stop().await;
        })
        .await;
    })
    .await;
}

#[tokio::test]
async fn in_process_a_row_stays_until_its_consumer_acknowledged_it() {
    each_engine(&MIGRATIONS, |db| async move {
        let bus = Bus::in_process(&BusConfig::default());
        write(&db, 0..1).await;
        let relay = Relay::start(&db, &bus, &Clock::system());
        let delivery = next(&mut bus.consume(Queue::EventFanout, 1)).await;
        assert_eq!(waiting(&db).await, 1, "delivered is not yet acknowledged");
        // The process ends before the consumer is done, and starts again.
        relay.kill().await;
        bus.close().await;
        drop(delivery);
        let (bus, clock) = (Bus::in_process(&BusConfig::default()), in_a_minute());
        let relay = Relay::start(&db, &bus, &clock);
        assert_eq!(take(&mut bus.consume(Queue::EventFanout, 1)).await, 0);
        outbox_is_empty(&db).await;
        relay.stop().await;
    })
    .await;
}

#[tokio::test]
async fn when_publishing_fails_in_the_middle_nothing_is_lost_and_the_order_returns() {
    const ROWS: usize = 50;
    const NOISE: usize = 1_000;
    each_engine(&MIGRATIONS, |db| async move {
        // There is room for a few messages and no consumer at first: the fourth is refused.
        let config =
            BusConfig { queue_limit: 3, publish_timeout: Duration::from_millis(50), ..BusConfig::default() };
        let bus = Bus::in_process(&config);
        write(&db, 0..ROWS).await;
        let relay = Relay::start(&db, &bus, &Clock::system());
        let mut consumer = bus.consume(Queue::EventFanout, 1);
        let mut first_seen = Vec::new();
        while first_seen.len() < ROWS {
            let held = next(&mut consumer).await;
            if first_seen.len() % 10 == 0 {
                // The relay is refused as the test is, and has been waiting for longer.
                while bus.publish(Topic::Events, message(NOISE)).await.is_ok() {}
            }
            let taken = number(&held);
            held.ack();
            if taken != NOISE && !first_seen.contains(&taken) {
                first_seen.push(taken);
            }
        }
        assert_eq!(first_seen, (0..ROWS).collect::<Vec<_>>());
        let draining = tokio::spawn(async move {
            while let Some(repeat) = consumer.next().await {
                repeat.ack()
            }
        });
        outbox_is_empty(&db).await;
        relay.stop().await;
        bus.close().await;
        draining.await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn two_relays_at_once_lose_nothing_and_the_second_takes_over_from_one_that_vanished() {
    const ROWS: usize = 600;
    each_engine(&MIGRATIONS, |db| async move {
        let bus = Bus::in_process(&BusConfig::default());
        let (clock, hand) = Clock::manual(Clock::system().now());
        let relays = [Relay::start(&db, &bus, &clock), Relay::start(&db, &bus, &clock)];
        write(&db, 0..ROWS).await;
        let mut consumer = bus.consume(Queue::EventFanout, 10);
        for expected in 0..ROWS / 3 {
            assert_eq!(take(&mut consumer).await, expected, "one of them works, the other waits");
        }
        // The relay that worked disappears without releasing its lease, and a new one starts beside the one
        // that waited.
        let [first, second] = relays;
        first.kill().await;
        second.kill().await;
        let successors = [Relay::start(&db, &bus, &clock), Relay::start(&db, &bus, &clock)];
        hand.advance(Duration::from_secs(16));
        let mut missing: std::collections::BTreeSet<_> = (ROWS / 3..ROWS).collect();
        while !missing.is_empty() {
            missing.remove(&take(&mut consumer).await);
        }
        let draining = tokio::spawn(async move {
            while let Some(repeat) = consumer.next().await {
                repeat.ack()
            }
        });
        outbox_is_empty(&db).await;
        for relay in successors {
            relay.stop().await;
        }
        bus.close().await;
        draining.await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_message_that_can_never_arrive_is_set_aside_and_blocks_no_other() {
    each_engine(&MIGRATIONS, |db| async move {
        let bus = Bus::in_process(&BusConfig::default());
        write_to(&db, "no-such-topic", 0..1).await;
        write(&db, 1..4).await;
        let relay = Relay::start(&db, &bus, &Clock::system());
        let mut consumer = bus.consume(Queue::EventFanout, 1);
        assert_eq!(take(&mut consumer).await, 1);
        next(&mut consumer).await.reject();
        assert_eq!(take(&mut consumer).await, 3);
        outbox_is_empty(&db).await;
        let buried: Vec<(String, String)> = eventually(SOON, "both are put aside", async || {
            let buried =
                db.query("select topic, reason from outbox_dead order by id").fetch_all().await.unwrap();
            (buried.len() == 2).then_some(buried)
        })
        .await;
        assert_eq!(buried[0].0, "no-such-topic");
        assert_eq!(buried[1], ("events".to_owned(), "the message became a dead letter".to_owned()));
        relay.stop().await;
    })
    .await;
}

fn in_a_minute() -> Clock {
    Clock::manual(Clock::system().now() + Duration::from_secs(60)).0
}
