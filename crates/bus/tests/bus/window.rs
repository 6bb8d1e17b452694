//! How many deliveries a consumer holds at a time.

use std::time::Duration;

use patchbay_bus::{Queue, Topic};
use patchbay_testkit::bus::each_bus;
use tokio::time::timeout;

use crate::{message, next, number};

#[tokio::test]
async fn a_consumer_holds_no_more_than_its_window() {
    const WINDOW: usize = 4;
    each_bus(|bus| async move {
        let mut confirms = Vec::new();
        for i in 0..20 {
            confirms.push(bus.publish(Topic::Events, message(i)).await.unwrap());
        }
        let mut consumer = bus.consume(Queue::EventFanout, 4);
        let mut held = Vec::new();
        for _ in 0..WINDOW {
            held.push(next(&mut consumer).await);
        }
        assert!(timeout(Duration::from_millis(300), consumer.next()).await.is_err(), "the window is full");
        held.remove(0).ack();
        let fifth = next(&mut consumer).await;
        assert_eq!(number(&fifth), WINDOW);
        assert!(timeout(Duration::from_millis(300), consumer.next()).await.is_err(), "full again");
        drop((fifth, held, consumer, confirms));
    })
    .await;
}
