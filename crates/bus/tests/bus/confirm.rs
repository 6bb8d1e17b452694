//! When a message counts as durable.

use std::time::Duration;

use futures::FutureExt;
use futures::future::{join_all, try_join_all};
use lapin::types::FieldTable;
use patchbay_bus::{Bus, BusConfig, BusError, Message, Queue, Topic};
use patchbay_testkit::bus::{each_bus, each_bus_with, on_cuttable_rabbitmq};

use crate::{SOON, message, next, number, publish};

#[tokio::test]
async fn in_process_a_message_is_confirmed_when_its_consumer_acknowledged_it() {
    let bus = Bus::in_process(&BusConfig::default());
    let mut confirm = publish(&bus, 1).await;
    let delivery = next(&mut bus.consume(Queue::EventFanout, 10)).await;
    assert!((&mut confirm).now_or_never().is_none(), "delivered is not yet acknowledged");
    delivery.ack();
    assert_eq!((&mut confirm).now_or_never(), Some(Ok(())));
}

#[tokio::test]
#[ignore = "needs RabbitMQ; run by cargo xtask test"]
async fn on_rabbitmq_a_message_is_confirmed_without_a_consumer_and_survives_the_publisher() {
    on_cuttable_rabbitmq(BusConfig::default(), |bus, _broker| async move {
        publish(&bus, 1).await.await.unwrap();
        let delivery = next(&mut bus.consume(Queue::EventFanout, 10)).await;
        assert_eq!(number(&delivery), 1);
        delivery.ack();
    })
    .await;
}

#[tokio::test]
async fn many_messages_are_under_way_at_once_and_each_arrives_once_in_order() {
    const MESSAGES: usize = 5_000;
    each_bus(|bus| async move {
        let publishing = tokio::spawn({
            let bus = bus.clone();
            async move {
                let mut confirms = Vec::new();
                for i in 0..MESSAGES {
                    confirms.push(publish(&bus, i).await);
                }
                try_join_all(confirms).await
            }
        });
        let mut consumer = bus.consume(Queue::EventFanout, 500);
        for expected in 0..MESSAGES {
            let delivery = next(&mut consumer).await;
            assert_eq!(number(&delivery), expected);
            assert!(!delivery.redelivered);
            delivery.ack();
        }
        publishing.await.unwrap().unwrap();
    })
    .await;
}

#[tokio::test]
async fn publishers_side_by_side_get_their_own_confirms() {
    each_bus(|bus| async move {
        let publishers = (0..8).map(|publisher| {
            let bus = bus.clone();
            tokio::spawn(async move {
                let messages = (0..200).map(|i| message(publisher * 200 + i));
                bus.publish_all(Topic::Deliveries, messages).await
            })
        });
        let publishers: Vec<_> = publishers.collect();
        let mut consumer = bus.consume(Queue::WebhookSender, 100);
        let mut seen = vec![0; 8 * 200];
        for _ in 0..seen.len() {
            let delivery = next(&mut consumer).await;
            seen[number(&delivery)] += 1;
            delivery.ack();
        }
        for published in join_all(publishers).await {
            published.unwrap().unwrap();
        }
        assert!(seen.iter().all(|times| *times == 1));
    })
    .await;
}

#[tokio::test]
async fn a_full_queue_refuses_and_takes_messages_again_once_there_is_room() {
    const LIMIT: u32 = 10;
    let config =
        BusConfig { queue_limit: LIMIT, publish_timeout: Duration::from_secs(2), ..BusConfig::default() };
    each_bus_with(config, |bus| async move {
        // A broker enforces its limit with some delay, so it may take more messages, but not without bound.
        let mut taken = Vec::new();
        let refusal = loop {
            assert!(taken.len() < 1_000, "the queue has no bound");
            let refused = match bus.publish(Topic::Events, message(taken.len())).await {
                // There is no consumer, so in process the confirm stays open. The broker confirms
                // immediately.
                Ok(confirm) => match tokio::time::timeout(Duration::from_millis(200), confirm).await {
                    Ok(Err(error)) => Some(error),
                    Ok(Ok(())) | Err(_) => None,
                },
                Err(error) => Some(error),
            };
            match refused {
                Some(error) => break error,
                None => taken.push(()),
            }
        };
        assert_eq!(refusal, BusError::Full);
        assert!(refusal.is_retryable());
        assert!(taken.len() >= LIMIT as usize);

        let mut consumer = bus.consume(Queue::EventFanout, 1);
        for expected in 0..taken.len() {
            let delivery = next(&mut consumer).await;
            assert_eq!(number(&delivery), expected);
            delivery.ack();
        }
        let again = patchbay_testkit::eventually(SOON, "the queue has room again", async || {
            bus.publish(Topic::Events, message("again")).await.ok()
        });
        let again = again.await;
        next(&mut consumer).await.ack();
        again.await.unwrap();
    })
    .await;
}

#[tokio::test]
#[ignore = "needs RabbitMQ; run by cargo xtask test"]
async fn an_unroutable_message_is_an_error_and_the_route_is_made_again() {
    on_cuttable_rabbitmq(BusConfig::default(), |bus, broker| async move {
        publish(&bus, 0).await.await.unwrap();
        unbind(&broker.direct).await;
        // Many at once, so that the broker confirms several with one frame.
        let mut confirms = Vec::new();
        for i in 1..=500 {
            confirms.push(publish(&bus, i).await);
        }
        let mut lost = Vec::new();
        let mut kept = vec![0];
        for (i, result) in (1..).zip(join_all(confirms).await) {
            match result {
                Ok(()) => kept.push(i),
                Err(error) => {
                    assert_eq!(error, BusError::Unroutable);
                    lost.push(i);
                }
            }
        }
        assert!(!lost.is_empty(), "the first message after the binding was gone");

        publish(&bus, 501).await.await.expect("the binding is back");
        kept.push(501);
        let mut consumer = bus.consume(Queue::EventFanout, 10);
        for expected in kept {
            let delivery = next(&mut consumer).await;
            assert_eq!(number(&delivery), expected, "exactly the confirmed messages arrive");
            delivery.ack();
        }
    })
    .await;
}

/// Removes the binding of the events queue without the bus, as an operator might by mistake.
async fn unbind(config: &BusConfig) {
    let connection = lapin::Connection::connect(&config.url, lapin::ConnectionProperties::default())
        .await
        .expect("the broker does it");
    let channel = connection.create_channel().await.expect("the broker does it");
    let queue = format!("{}{}", config.prefix, Queue::EventFanout.name());
    let exchange = format!("{}patchbay.events", config.prefix);
    channel
        .queue_unbind(queue.into(), exchange.into(), "#".into(), FieldTable::default())
        .await
        .expect("the broker does it");
    connection.close(200, "done".into()).await.expect("the broker does it");
}

#[tokio::test]
async fn a_message_that_no_bus_can_carry_is_refused_permanently() {
    each_bus(|bus| async move {
        let refused = bus.publish(Topic::Events, Message::new("k".repeat(256), "{}")).await.unwrap_err();
        assert!(matches!(refused, BusError::Invalid(_)) && !refused.is_retryable());
    })
    .await;
}
