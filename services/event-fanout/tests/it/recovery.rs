use std::collections::BTreeSet;
use std::time::Duration;

use futures::future::join_all;
use patchbay_bus::{Bus, BusConfig, Queue};
use patchbay_db::DbConfig;
use patchbay_proto::webhook_sender::DeliveryBatch;
use patchbay_testkit::bus::on_cuttable_rabbitmq;
use patchbay_testkit::database::each_config;
use patchbay_testkit::{eventually, while_time_passes};
use prost::Message as _;

use crate::requests::{issue_created, subscription};
use crate::service::{SOON, config, database, deliveries, event_ids, next_batch, run, start};

#[tokio::test]
async fn what_was_accepted_and_not_confirmed_is_handed_over_again_after_a_crash() {
    each_config(|db_config| async move {
        let bus = || Bus::in_process(&BusConfig::default());
        let mut first = start(database(&db_config).await, bus(), 0, config()).await;
        first.snapshot(1, vec![subscription(1), subscription(2)]).await;
        let answers = join_all((0..20).map(|_| first.publish(issue_created()))).await;
        let accepted: BTreeSet<_> = answers.into_iter().map(|answer| answer.unwrap().event_id).collect();
        // Taken, but never acknowledged.
        let taken = first.sender().next().await.unwrap();
        assert!(!DeliveryBatch::decode(taken.body.clone()).unwrap().replay);
        drop(taken);
        first.crash().await;

        let mut second = start(database(&db_config).await, bus(), 6, config()).await;
        second.snapshot(1, vec![subscription(1), subscription(2)]).await;
        let mut sender = second.sender();
        let batch = next_batch(&mut sender).await;
        assert!(batch.replay, "the sender has to look each one up");
        let mut all = batch.deliveries;
        while all.len() < 40 {
            all.extend(next_batch(&mut sender).await.deliveries);
        }
        assert_eq!(all.len(), 40);
        assert_eq!(event_ids(&all), accepted);
        for event_id in &accepted {
            second.marked(event_id).await;
        }
        second.crash().await;
    })
    .await;
}

#[tokio::test]
async fn an_event_accepted_before_any_snapshot_waits_for_it() {
    let db = database(&DbConfig::new("sqlite::memory:")).await;
    let mut service = start(db, Bus::in_process(&BusConfig::default()), 0, config()).await;
    let accepted = service.publish(issue_created()).await.unwrap();
    assert!(!service.explain(&accepted.event_id).await.unwrap().handed_over);
    service.snapshot(1, vec![subscription(1)]).await;
    let delivered = deliveries(&mut service.sender(), 1).await;
    assert_eq!(event_ids(&delivered), BTreeSet::from([accepted.event_id]));
}

#[tokio::test]
async fn a_rejected_message_is_handed_over_again_when_its_time_has_come() {
    let service = run(vec![subscription(1)]).await;
    let accepted = service.publish(issue_created()).await.unwrap();
    let mut sender = service.sender();
    sender.next().await.unwrap().reject();
    let failures = &service.metrics.hand_over_failures;
    eventually(SOON, "the failure is seen", async || (failures.get() == 1).then_some(())).await;
    eventually(SOON, "it is let go", async || (service.metrics.in_flight.get() == 0).then_some(())).await;
    service.clock.advance(Duration::from_secs(6));
    // A look at the table that had begun before is followed by one that is due a second later.
    let next = next_batch(&mut sender);
    let batch =
        while_time_passes(&service.clock, Duration::from_secs(1), "the event comes again", next).await;
    assert!(batch.replay);
    service.marked(&accepted.event_id).await;
}

#[tokio::test]
async fn events_in_flight_are_left_alone_however_long_the_sender_takes() {
    let service = run(vec![subscription(1)]).await;
    let slow = service.publish(issue_created()).await.unwrap();
    let mut sender = service.sender();
    let held = sender.next().await.unwrap();
    for _ in 0..3 {
        service.clock.advance(Duration::from_secs(60));
        let other = service.publish(issue_created()).await.unwrap();
        let batch = next_batch(&mut sender).await;
        assert_eq!(event_ids(&batch.deliveries), BTreeSet::from([other.event_id]), "and nothing again");
    }
    assert_eq!(service.metrics.recovered.get(), 0);
    held.ack();
    service.marked(&slow.event_id).await;
}

#[tokio::test]
#[ignore = "needs RabbitMQ; run by cargo xtask test"]
async fn nothing_is_lost_while_the_broker_is_away() {
    let config_of_bus = BusConfig { publish_timeout: Duration::from_secs(1), ..BusConfig::default() };
    on_cuttable_rabbitmq(config_of_bus, |bus, broker| async move {
        let db = database(&DbConfig::new("sqlite::memory:")).await;
        let mut service = start(db, bus, 0, config()).await;
        service.snapshot(1, vec![subscription(1)]).await;
        let mut accepted = BTreeSet::new();
        accepted.insert(service.publish(issue_created()).await.unwrap().event_id);
        broker.proxy.cut();
        for _ in 0..10 {
            accepted.insert(service.publish(issue_created()).await.unwrap().event_id);
        }
        let failures = &service.metrics.hand_over_failures;
        eventually(SOON, "some fail", async || (failures.get() > 0).then_some(())).await;
        broker.proxy.restore();
        service.bus.ready(SOON).await.unwrap();

        let mut sender = service.bus.consume(Queue::WebhookSender, 100);
        let mut seen = BTreeSet::new();
        let half_a_minute = Duration::from_secs(31);
        let arrived = async {
            while seen != accepted {
                seen.extend(event_ids(&next_batch(&mut sender).await.deliveries));
            }
        };
        while_time_passes(&service.clock, half_a_minute, "every event arrives", arrived).await;
        // Where a confirm was lost, the events have arrived and are handed over once more all the same.
        for event_id in &accepted {
            let marked = service.marked(event_id);
            while_time_passes(&service.clock, half_a_minute, "the event is marked", marked).await;
        }
    })
    .await;
}
