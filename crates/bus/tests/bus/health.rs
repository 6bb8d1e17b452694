//! Readiness and closing.

use std::time::Duration;

use patchbay_bus::{Bus, BusConfig, BusError, Queue, Topic};
use patchbay_testkit::bus::{each_bus, on_cuttable_rabbitmq};
use patchbay_testkit::eventually;

use crate::{SOON, message, publish};

#[tokio::test]
async fn a_closed_bus_ends_its_consumers_and_fails_unconfirmed_messages() {
    each_bus(|bus| async move {
        bus.healthy().unwrap();
        let mut consumer = bus.consume(Queue::EventFanout, 1);
        let waiting = tokio::spawn(async move { consumer.next().await.is_none() });
        bus.close().await;
        assert!(tokio::time::timeout(SOON, waiting).await.unwrap().unwrap());
        assert_eq!(bus.healthy(), Err(BusError::Closed));
        assert_eq!(bus.publish(Topic::Events, message(1)).await.unwrap_err(), BusError::Closed);
    })
    .await;
}

#[tokio::test]
async fn in_process_closing_fails_unacknowledged_messages() {
    let bus = Bus::in_process(&BusConfig::default());
    let confirm = publish(&bus, 1).await;
    bus.close().await;
    assert!(confirm.await.unwrap_err().is_retryable());
}

#[tokio::test]
async fn a_bus_without_a_broker_is_unhealthy_and_refuses_in_time() {
    let config = BusConfig {
        // Nothing listens on port 1.
        url: "amqp://guest:secret@127.0.0.1:1/%2f".into(),
        publish_timeout: Duration::from_millis(200),
        ..BusConfig::default()
    };
    let bus = Bus::rabbitmq(&config).unwrap();
    let waited = bus.ready(Duration::from_millis(50)).await.unwrap_err();
    assert!(matches!(&waited, BusError::Unavailable(reason) if !reason.contains("secret")), "{waited}");
    let confirm = bus.publish(Topic::Events, message(1)).await.unwrap();
    let refused = tokio::time::timeout(SOON, confirm).await.unwrap().unwrap_err();
    assert!(refused.is_retryable(), "{refused}");
    bus.close().await;
}

#[tokio::test]
#[ignore = "needs RabbitMQ; run by cargo xtask test"]
async fn a_lost_broker_shows_in_the_health_and_so_does_its_return() {
    on_cuttable_rabbitmq(BusConfig::default(), |bus, broker| async move {
        broker.proxy.cut();
        eventually(SOON, "the bus notices", async || bus.healthy().is_err().then_some(())).await;
        broker.proxy.restore();
        bus.ready(SOON).await.unwrap();
    })
    .await;
}

#[test]
fn the_configuration_never_prints_the_url() {
    let config = BusConfig { url: "amqp://guest:hunter2@h/".into(), ..BusConfig::default() };
    assert!(!format!("{config:?}").contains("hunter2"));
}
