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
use crate::started::{DEADLINE, Started, config_of, database, deliveries, event_ids, next_batch, start};

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

async fn with_least_memory(db: &DbConfig, bus: Bus, installations: u128) -> Started {
    let config = config_of([("FANOUT_DELIVERY_MEMORY", "4MiB")]);
    let mut started = start(database(db).await, bus, 0, config).await;
    started.snapshot(1, crowd(installations)).await;
    started
}

/// An event of which the deliveries are `installations` times 900 KB, and one of another organization behind it.
async fn both_arrive(started: &Started, installations: usize) {
    let large = started.publish(of_size(900_000)).await.unwrap();
    let other = PublishRequest { organization_id: 8, ..issue_created() };
    let other = started.publish(other).await.unwrap();
    let all = deliveries(&mut started.sender(), installations + 1).await;
    assert_eq!(
        event_ids(&all[installations..]).into_iter().collect::<Vec<_>>(),
        std::slice::from_ref(&other.event_id)
    );
    for event_id in [&large.event_id, &other.event_id] {
        started.marked(event_id).await;
    }
    assert_eq!(started.metrics.in_flight.get(), 0);
}

#[tokio::test]
async fn an_event_of_which_the_deliveries_exceed_the_memory_reaches_everybody_on_every_bus() {
    each_bus(|bus| async move {
        let started = with_least_memory(&DbConfig::new("sqlite::memory:"), bus, 6).await;
        both_arrive(&started, 6).await;
    })
    .await;
}

#[tokio::test]
async fn an_event_of_which_the_deliveries_exceed_the_memory_reaches_everybody_on_every_engine() {
    each_config(|db| async move {
        let started = with_least_memory(&db, Bus::in_process(&BusConfig::default()), 80).await;
        both_arrive(&started, 80).await;
        started.crash().await;
    })
    .await;
}

#[tokio::test]
async fn events_that_exceed_the_memory_together_all_arrive() {
    each_bus(|bus| async move {
        let started = with_least_memory(&DbConfig::new("sqlite::memory:"), bus, 10).await;
        let mut batch = patchbay_rpc::request(PublishBatchRequest { events: vec![of_size(30_000); 100] });
        batch.set_timeout(DEADLINE);
        started.client.clone().publish_batch(batch).await.unwrap();
        deliveries(&mut started.sender(), 1000).await;
    })
    .await;
}

#[tokio::test]
async fn a_message_that_is_not_confirmed_holds_its_own_memory_and_no_more() {
    let bus = Bus::in_process(&BusConfig::default());
    let started = with_least_memory(&DbConfig::new("sqlite::memory:"), bus, 12).await;
    let accepted = started.publish(of_size(900_000)).await.unwrap();
    let mut sender = started.sender();
    let held = sender.next().await.unwrap();
    deliveries(&mut sender, 11).await;
    assert!(!started.explain(&accepted.event_id).await.unwrap().handed_over);
    held.ack();
    started.marked(&accepted.event_id).await;
}

#[tokio::test]
async fn a_hand_over_that_stands_still_is_not_ready_and_ready_again_when_it_moves() {
    let config = config_of([("FANOUT_STALL_AFTER", "300ms"), ("FANOUT_DELIVERY_MEMORY", "4MiB")]);
    let db = database(&DbConfig::new("sqlite::memory:")).await;
    let mut started = start(db, Bus::in_process(&BusConfig::default()), 0, config).await;
    started.snapshot(1, crowd(6)).await;
    let is_ready = async |expected: bool| {
        eventually(DEADLINE, "readiness follows", async || {
            let report = started.readiness.report(false).await;
            (report.checks[CHECK].ok == expected).then_some(())
        })
        .await;
    };
    is_ready(true).await;
    started.publish(of_size(900_000)).await.unwrap();
    is_ready(false).await;
    deliveries(&mut started.sender(), 6).await;
    is_ready(true).await;
}

#[tokio::test]
async fn the_age_of_what_is_not_handed_over_is_told_while_everything_waits() {
    let bus = Bus::in_process(&BusConfig::default());
    let started = with_least_memory(&DbConfig::new("sqlite::memory:"), bus, 6).await;
    started.publish(of_size(900_000)).await.unwrap();
    let age = &started.metrics.oldest_unmarked_seconds;
    eventually(DEADLINE, "the age grows", async || {
        started.time.advance(Duration::from_secs(20));
        (age.get() >= 60).then_some(())
    })
    .await;
    let mut sender = started.sender();
    let mut marked = std::pin::pin!(eventually(DEADLINE, "nothing is left", async || {
        started.time.advance(Duration::from_secs(20));
        (age.get() == 0).then_some(())
    }));
    loop {
        tokio::select! {
            () = &mut marked => break,
            _ = next_batch(&mut sender) => {}
        }
    }
}
