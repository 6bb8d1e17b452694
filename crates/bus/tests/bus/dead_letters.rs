//! Messages that cannot be processed.

use patchbay_bus::{BusError, DeadReason, Message, Queue, Topic};
use patchbay_testkit::bus::each_bus_with;
use patchbay_testkit::eventually;

use crate::{SOON, delivery_limit, message, next};

#[tokio::test]
async fn a_rejected_message_is_kept_among_the_dead_letters_as_it_was() {
    each_bus_with(delivery_limit(3), |bus| async move {
        let sent = Message::new("issue.created", "poison").with_header("traceparent", "00-ab-cd-01");
        let confirm = bus.publish(Topic::Events, sent.clone()).await.unwrap();
        next(&mut bus.consume(Queue::EventFanout, 1)).await.reject();
        let letters = eventually(SOON, "the dead letter is there", async || {
            let letters = bus.dead_letters(Queue::EventFanout, 10).await.unwrap();
            (!letters.is_empty()).then_some(letters)
        })
        .await;
        assert_eq!(letters.len(), 1);
        assert_eq!((&letters[0].message, &letters[0].reason), (&sent, &DeadReason::Rejected));
        // RabbitMQ confirmed when it stored the message; in process the publisher gets the error.
        assert!(matches!(confirm.await, Ok(()) | Err(BusError::DeadLettered)));
        // Reading a dead letter does not remove it.
        eventually(SOON, "the dead letter is there still", async || {
            let letters = bus.dead_letters(Queue::EventFanout, 10).await.unwrap();
            (letters.len() == 1).then_some(())
        })
        .await;
        assert_eq!(bus.dead_letters(Queue::WebhookSender, 10).await.unwrap(), []);
    })
    .await;
}

#[tokio::test]
async fn a_message_that_always_comes_back_is_delivered_a_limited_number_of_times() {
    const LIMIT: u32 = 3;
    each_bus_with(delivery_limit(LIMIT), |bus| async move {
        let poison = bus.publish(Topic::Events, message("poison")).await.unwrap();
        let mut consumer = bus.consume(Queue::EventFanout, 1);
        for attempt in 1..=LIMIT + 1 {
            let delivery = next(&mut consumer).await;
            assert_eq!((delivery.attempt, &delivery.body[..]), (attempt, &b"poison"[..]));
            delivery.retry();
        }
        let letters = eventually(SOON, "the message is given up", async || {
            let letters = bus.dead_letters(Queue::EventFanout, 10).await.unwrap();
            (!letters.is_empty()).then_some(letters)
        })
        .await;
        assert_eq!(
            (&letters[0].message, &letters[0].reason),
            (&message("poison"), &DeadReason::DeliveryLimit)
        );
        assert!(matches!(poison.await, Ok(()) | Err(BusError::DeadLettered)));

        let good = bus.publish(Topic::Events, message("good")).await.unwrap();
        let delivery = next(&mut consumer).await;
        assert_eq!(&delivery.body[..], b"good", "the queue goes on behind it");
        delivery.ack();
        good.await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn in_process_the_oldest_dead_letters_make_room() {
    let bus = patchbay_bus::Bus::in_process(&patchbay_bus::BusConfig {
        dead_letter_limit: 2,
        ..patchbay_bus::BusConfig::default()
    });
    let mut consumer = bus.consume(Queue::EventFanout, 1);
    for i in 0..3 {
        let confirm = bus.publish(Topic::Events, message(i)).await.unwrap();
        next(&mut consumer).await.reject();
        assert_eq!(confirm.await, Err(BusError::DeadLettered));
    }
    let kept = bus.dead_letters(Queue::EventFanout, 10).await.unwrap();
    assert_eq!(kept.into_iter().map(|letter| letter.message).collect::<Vec<_>>(), [message(1), message(2)]);
}

#[tokio::test]
async fn dead_letters_that_were_dealt_with_are_forgotten_and_the_others_stay() {
    each_bus_with(delivery_limit(3), |bus| async move {
        let mut consumer = bus.consume(Queue::EventFanout, 1);
        for body in ["a", "b", "c"] {
            drop(bus.publish(Topic::Events, message(body)).await.unwrap());
            next(&mut consumer).await.reject();
        }
        let bodies = async || -> Vec<_> {
            let letters = bus.dead_letters(Queue::EventFanout, 10).await.unwrap();
            let mut bodies: Vec<_> = letters.into_iter().map(|letter| letter.message.body).collect();
            bodies.sort_unstable();
            bodies
        };
        let are = async |expected: &[&str]| {
            eventually(SOON, "the dead letters are as expected", async || {
                (bodies().await == expected).then_some(())
            })
            .await;
        };
        are(&["a", "b", "c"]).await;
        let settle = async |kept, forgotten: &'static [u8]| {
            let is_done = move |body: &[u8]| forgotten.contains(&body[0]);
            let settled = bus.settle_dead_letters(Queue::EventFanout, 10, kept, async |letter| {
                is_done(&letter.message.body)
            });
            settled.await.unwrap()
        };
        eventually(SOON, "all but one stay", async || (settle(0, b"b").await == 2).then_some(())).await;
        are(&["a", "c"]).await;
        eventually(SOON, "both are there", async || (settle(2, b"").await == 2).then_some(())).await;
        assert_eq!(settle(2, b"ac").await, 2, "there is nothing new, so nothing is looked at");
        eventually(SOON, "none stays", async || (settle(1, b"ac").await == 0).then_some(())).await;
        are(&[]).await;
    })
    .await;
}
