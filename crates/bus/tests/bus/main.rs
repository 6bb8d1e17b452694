//! One suite for both buses, and tests of RabbitMQ's failures.

mod confirm;
mod dead_letters;
mod delivery;
mod health;
mod outbox;
mod reconnect;
mod window;

use std::time::Duration;

use patchbay_bus::{Bus, BusConfig, Consumer, Delivery, Message, Topic};

/// The deadline of every wait.
const SOON: Duration = Duration::from_secs(20);

async fn next(consumer: &mut Consumer) -> Delivery {
    let next = tokio::time::timeout(SOON, consumer.next()).await;
    next.expect("a message arrives in time").expect("the bus is open")
}

async fn publish(bus: &Bus, body: impl ToString) -> patchbay_bus::Confirm {
    bus.publish(Topic::Events, message(body)).await.expect("the bus takes the message")
}

fn message(body: impl ToString) -> Message {
    Message::new("issue.created", body.to_string())
}

fn number(delivery: &Delivery) -> usize {
    std::str::from_utf8(&delivery.body).expect("text").parse().expect("a number")
}

fn delivery_limit(delivery_limit: u32) -> BusConfig {
    BusConfig { delivery_limit, ..BusConfig::default() }
}
