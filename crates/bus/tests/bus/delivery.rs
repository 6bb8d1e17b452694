//! Deliveries, and the effect of settling them.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use futures::future::try_join_all;
use patchbay_bus::{Message, Outcome, Queue, Topic};
use patchbay_testkit::bus::each_bus;
use tokio::time::{Instant, timeout};

use crate::{SOON, next, number, publish};

#[tokio::test]
async fn a_message_arrives_as_it_was_published() {
    each_bus(|bus| async move {
        let body: Vec<u8> = (0..=255).cycle().take(300_000).collect();
        let sent = Message::new("comment.created", body)
            .with_header("traceparent", "00-ab-cd-01")
            .with_header("ü", "✓");
        let confirm = bus.publish(Topic::Deliveries, sent.clone()).await.unwrap();
        let delivery = next(&mut bus.consume(Queue::WebhookSender, 1)).await;
        assert_eq!((delivery.redelivered, delivery.attempt), (false, 1));
        let (received, receipt) = delivery.into_parts();
        assert_eq!(*received, sent);
        receipt.ack();
        confirm.await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn an_empty_message_is_a_message() {
    each_bus(|bus| async move {
        let confirm = bus.publish(Topic::Events, Message::default()).await.unwrap();
        let delivery = next(&mut bus.consume(Queue::EventFanout, 1)).await;
        assert_eq!((&*delivery.key, &*delivery.body, &delivery.headers), ("", &b""[..], &BTreeMap::new()));
        delivery.ack();
        confirm.await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_delivery_that_is_dropped_comes_again() {
    each_bus(|bus| async move {
        let confirm = publish(&bus, 1).await;
        let mut consumer = bus.consume(Queue::EventFanout, 10);
        drop(next(&mut consumer).await);
        let again = next(&mut consumer).await;
        assert_eq!((number(&again), again.redelivered, again.attempt), (1, true, 2));
        again.ack();
        confirm.await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_delivery_sent_back_goes_to_whichever_consumer_is_free() {
    each_bus(|bus| async move {
        let confirm = publish(&bus, 1).await;
        let mut first = bus.consume(Queue::EventFanout, 1);
        let delivery = next(&mut first).await;
        let mut second = bus.consume(Queue::EventFanout, 1);
        // The second consumer subscribes before the first returns its message, and receives all messages from
        // then on.
        let received = tokio::spawn(async move { next(&mut second).await });
        delivery.settle(Outcome::Retry);
        drop(first);
        let again = timeout(SOON, received).await.unwrap().unwrap();
        assert!(again.redelivered);
        again.ack();
        confirm.await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_delivery_sent_back_after_a_while_comes_after_that_while() {
    each_bus(|bus| async move {
        let confirm = publish(&bus, 1).await;
        let mut consumer = bus.consume(Queue::EventFanout, 10);
        let (delivery, sent_back) = (next(&mut consumer).await, Instant::now());
        delivery.retry_after(Duration::from_millis(300));
        let again = next(&mut consumer).await;
        assert!(sent_back.elapsed() >= Duration::from_millis(300));
        again.ack();
        confirm.await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn consumers_of_one_queue_share_its_messages() {
    each_bus(|bus| async move {
        let mut confirms = Vec::new();
        for i in 0..3 {
            confirms.push(publish(&bus, i).await);
        }
        // Each consumer keeps its message, so the others receive the rest.
        let mut held = Vec::new();
        for _ in 0..3 {
            let mut consumer = bus.consume(Queue::EventFanout, 1);
            held.push((next(&mut consumer).await, consumer));
        }
        let shared: BTreeSet<_> = held.iter().map(|(delivery, _)| number(delivery)).collect();
        assert_eq!(shared, (0..3).collect(), "each message went to one of them");
        held.into_iter().for_each(|(delivery, _)| delivery.ack());
        try_join_all(confirms).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn giving_up_the_wait_for_a_message_loses_none() {
    each_bus(|bus| async move {
        let mut consumer = bus.consume(Queue::EventFanout, 10);
        // Shorter than a subscription takes: the subscription has to continue between the calls.
        let waiting = tokio::spawn(async move {
            loop {
                if let Ok(delivery) = timeout(Duration::from_millis(1), next(&mut consumer)).await {
                    return delivery;
                }
            }
        });
        let confirm = publish(&bus, 1).await;
        let delivery = timeout(SOON, waiting).await.expect("subscribed").unwrap();
        assert!(!delivery.redelivered);
        delivery.ack();
        confirm.await.unwrap();
    })
    .await;
}
