//! Lost connections and deleted queues.

use std::collections::HashSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures::StreamExt;
use patchbay_bus::{Bus, BusConfig, Consumer, Queue, Topic};
use patchbay_testkit::bus::on_cuttable_rabbitmq;
use patchbay_testkit::eventually;

use crate::{SOON, message, next, number, publish};

fn patient() -> BusConfig {
    // Messages are returned at each cut; these tests are not about the delivery limit.
    BusConfig { delivery_limit: 1_000, ..BusConfig::default() }
}

#[tokio::test]
#[ignore = "needs RabbitMQ; run by cargo xtask test"]
async fn publisher_and_consumer_go_on_after_a_cut_without_being_made_again() {
    on_cuttable_rabbitmq(patient(), |bus, broker| async move {
        let mut consumer = bus.consume(Queue::EventFanout, 10);
        for round in 0..3 {
            publish_until_confirmed(&bus, round).await;
            // The acknowledgement of the previous message may have been lost with its connection.
            while take(&mut consumer).await != round {}
            broker.proxy.cut();
            eventually(SOON, "the bus notices", async || bus.healthy().is_err().then_some(())).await;
            broker.proxy.restore();
        }
    })
    .await;
}

#[tokio::test]
#[ignore = "needs RabbitMQ; run by cargo xtask test"]
async fn an_answer_to_a_delivery_of_a_lost_connection_is_harmless_and_the_message_comes_again() {
    on_cuttable_rabbitmq(patient(), |bus, broker| async move {
        publish(&bus, 7).await.await.unwrap();
        let mut consumer = bus.consume(Queue::EventFanout, 10);
        let early = next(&mut consumer).await;
        broker.proxy.cut();
        eventually(SOON, "the bus notices", async || bus.healthy().is_err().then_some(())).await;
        early.ack();
        broker.proxy.restore();
        let again = next(&mut consumer).await;
        assert_eq!((number(&again), again.redelivered), (7, true));
        again.ack();
        publish_until_confirmed(&bus, 8).await;
        assert_eq!(number(&next(&mut consumer).await), 8, "the channel is intact");
    })
    .await;
}

#[tokio::test]
#[ignore = "needs RabbitMQ; run by cargo xtask test"]
async fn deleted_queues_are_declared_again() {
    on_cuttable_rabbitmq(patient(), |bus, broker| async move {
        let mut consumer = bus.consume(Queue::EventFanout, 10);
        publish(&bus, 1).await.await.unwrap();
        next(&mut consumer).await.ack();
        broker.proxy.cut();
        let other = Bus::rabbitmq(&broker.direct).unwrap();
        other.delete_queues().await.unwrap();
        other.close().await;
        broker.proxy.restore();
        publish_until_confirmed(&bus, 2).await;
        next(&mut consumer).await.ack();
    })
    .await;
}

#[tokio::test]
#[ignore = "needs RabbitMQ; run by cargo xtask test"]
async fn a_consumer_whose_queue_is_deleted_subscribes_to_the_new_one() {
    on_cuttable_rabbitmq(patient(), |bus, _broker| async move {
        let mut consumer = bus.consume(Queue::EventFanout, 10);
        publish(&bus, 1).await.await.unwrap();
        next(&mut consumer).await.ack();
        bus.delete_queues().await.unwrap();
        let received = tokio::spawn(async move { next(&mut consumer).await.ack() });
        publish_until_confirmed(&bus, 2).await;
        tokio::time::timeout(SOON, received).await.unwrap().unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs RabbitMQ; run by cargo xtask test"]
async fn under_load_nothing_that_was_confirmed_is_lost() {
    const MESSAGES: usize = 3_000;
    on_cuttable_rabbitmq(patient(), |bus, broker| async move {
        let seen = tokio::spawn(consume_all(bus.clone(), MESSAGES));
        let confirmed = AtomicUsize::new(0);
        let cutting = async {
            // Each cut waits for progress, so it interrupts traffic.
            for cut in 1..=4 {
                eventually(SOON, "traffic flows", async || {
                    (confirmed.load(Ordering::Relaxed) >= cut * MESSAGES / 6).then_some(())
                })
                .await;
                broker.proxy.cut();
                broker.proxy.restore();
            }
        };
        let publishing = futures::stream::iter(0..MESSAGES).for_each_concurrent(100, |i| {
            let (bus, confirmed) = (&bus, &confirmed);
            async move {
                while publish_once(bus, i).await.is_err() {}
                confirmed.fetch_add(1, Ordering::Relaxed);
            }
        });
        let both = async { tokio::join!(publishing, cutting) };
        tokio::time::timeout(SOON * 4, both).await.expect("publishers do not hang");
        let seen = tokio::time::timeout(SOON * 2, seen).await.expect("every message arrives").unwrap();
        assert_eq!(seen.len(), MESSAGES);
    })
    .await;
}

/// Publishes again until the message is confirmed. A publish fails if its connection broke and the bus has not noticed yet,
/// which the health of the bus cannot rule out: it is bad as soon as one of the two connections is known to be lost.
async fn publish_until_confirmed(bus: &Bus, body: usize) {
    eventually(SOON, "a message is confirmed", async || publish(bus, body).await.await.ok()).await;
}

async fn take(consumer: &mut Consumer) -> usize {
    let delivery = next(consumer).await;
    let taken = number(&delivery);
    delivery.ack();
    taken
}

async fn publish_once(bus: &Bus, i: usize) -> patchbay_bus::Result<()> {
    let confirm = bus.publish(Topic::Events, message(i)).await?;
    tokio::time::timeout(Duration::from_secs(30), confirm).await.expect("a confirm always resolves")
}

async fn consume_all(bus: Bus, messages: usize) -> HashSet<usize> {
    let mut consumer = bus.consume(Queue::EventFanout, 50);
    let mut seen = HashSet::new();
    while seen.len() < messages {
        let Some(delivery) = consumer.next().await else { break };
        seen.insert(number(&delivery));
        delivery.ack();
    }
    seen
}
