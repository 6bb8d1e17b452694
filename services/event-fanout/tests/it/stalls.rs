//! The memory for deliveries is short, or no consumer takes them: no event waits forever, and a stall is reported.

use std::time::Duration;

use patchbay_bus::{Bus, BusConfig};
use patchbay_db::DbConfig;
use patchbay_proto::event_fanout::{PublishBatchRequest, PublishRequest};
use patchbay_proto::installation::Subscription;
use patchbay_testkit::bus::each_bus;
use patchbay_testkit::database::each_config;
use patchbay_testkit::eventually;

use crate::requests::{issue_created, subscription};
use crate::service::{SOON, Service, config_of, database, deliveries, event_ids, next_batch, start};

const CHECK: &str = "event-fanout-hand-over";

fn of_size(bytes: usize) -> PublishRequest {
    let data_json = format!(r#"{{"a":"{}"}}"#, "x".repeat(bytes));
    PublishRequest { data_json: data_json.into(), ..issue_created() }
}

/// `count` installations of one organization and another organization's one.
fn crowd(count: u128) -> Vec<Subscription> {
    let other = Subscription { organization_id: 8, ..subscription(1000) };
    (1..=count).map(subscription).chain([other]).collect()
}

async fn with_least_memory(db: &DbConfig, bus: Bus, installations: u128) -> Service {
    let config = config_of([("FANOUT_DELIVERY_MEMORY", "4MiB")]);
    let mut service = start(database(db).await, bus, 0, config).await;
    service.snapshot(1, crowd(installations)).await;
    service
}

/// An event of which the deliveries are `installations` times 900 KB, and one of another organization behind it.
async fn both_arrive(service: &Service, installations: usize) {
    let large = service.publish(of_size(900_000)).await.unwrap();
    let other = PublishRequest { organization_id: 8, ..issue_created() };
    let other = service.publish(other).await.unwrap();
    let all = deliveries(&mut service.sender(), installations + 1).await;
    assert_eq!(
        event_ids(&all[installations..]).into_iter().collect::<Vec<_>>(),
        std::slice::from_ref(&other.event_id)
    );
    for event_id in [&large.event_id, &other.event_id] {
        service.marked(event_id).await;
    }
    assert_eq!(service.metrics.in_flight.get(), 0);
}

#[tokio::test]
async fn an_event_of_which_the_deliveries_exceed_the_memory_reaches_everybody_on_every_bus() {
    each_bus(|bus| async move {
        let service = with_least_memory(&DbConfig::new("sqlite::memory:"), bus, 6).await;
        both_arrive(&service, 6).await;
    })
    .await;
}

#[tokio::test]
async fn an_event_of_which_the_deliveries_exceed_the_memory_reaches_everybody_on_every_engine() {
    each_config(|db| async move {
        let service = with_least_memory(&db, Bus::in_process(&BusConfig::default()), 80).await;
        both_arrive(&service, 80).await;
        service.crash().await;
    })
    .await;
}

#[tokio::test]
async fn events_that_exceed_the_memory_together_all_arrive() {
    each_bus(|bus| async move {
        let service = with_least_memory(&DbConfig::new("sqlite::memory:"), bus, 10).await;
        let mut batch = patchbay_rpc::request(PublishBatchRequest { events: vec![of_size(30_000); 100] });
        batch.set_timeout(SOON);
        service.client.clone().publish_batch(batch).await.unwrap();
        deliveries(&mut service.sender(), 1000).await;
    })
    .await;
}

#[tokio::test]
async fn a_message_that_is_not_confirmed_holds_its_own_memory_and_no_more() {
    let bus = Bus::in_process(&BusConfig::default());
    let service = with_least_memory(&DbConfig::new("sqlite::memory:"), bus, 12).await;
    let accepted = service.publish(of_size(900_000)).await.unwrap();
    let mut sender = service.sender();
    let held = sender.next().await.unwrap();
    deliveries(&mut sender, 11).await;
    assert!(!service.explain(&accepted.event_id).await.unwrap().handed_over);
    held.ack();
    service.marked(&accepted.event_id).await;
}

#[tokio::test]
async fn a_hand_over_that_stands_still_is_not_ready_and_ready_again_when_it_moves() {
    let config = config_of([("FANOUT_STALL_AFTER", "300ms"), ("FANOUT_DELIVERY_MEMORY", "4MiB")]);
    let db = database(&DbConfig::new("sqlite::memory:")).await;
    let mut service = start(db, Bus::in_process(&BusConfig::default()), 0, config).await;
    service.snapshot(1, crowd(6)).await;
    let is_ready = async |expected: bool| {
        eventually(SOON, "readiness follows", async || {
            let report = service.readiness.report(false).await;
            (report.checks[CHECK].ok == expected).then_some(())
        })
        .await;
    };
    is_ready(true).await;
    service.publish(of_size(900_000)).await.unwrap();
    is_ready(false).await;
    deliveries(&mut service.sender(), 6).await;
    is_ready(true).await;
}

#[tokio::test]
async fn the_age_of_what_is_not_handed_over_is_told_while_everything_waits() {
    let bus = Bus::in_process(&BusConfig::default());
    let service = with_least_memory(&DbConfig::new("sqlite::memory:"), bus, 6).await;
    service.publish(of_size(900_000)).await.unwrap();
    let age = &service.metrics.oldest_unmarked_seconds;
    eventually(SOON, "the age grows", async || {
        service.clock.advance(Duration::from_secs(20));
        (age.get() >= 60).then_some(())
    })
    .await;
    let mut sender = service.sender();
    let mut marked = std::pin::pin!(eventually(SOON, "nothing is left", async || {
        service.clock.advance(Duration::from_secs(20));
        (age.get() == 0).then_some(())
    }));
    loop {
        tokio::select! {
            () = &mut marked => break,
            _ = next_batch(&mut sender) => {}
        }
    }
}
