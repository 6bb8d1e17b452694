use patchbay_bus::{DeadReason, Message, Queue, Topic};
use patchbay_db::DbConfig;
use patchbay_proto::event_fanout::PublishRequest;
use patchbay_proto::event_fanout::target::Receiver;
use patchbay_testkit::bus::each_bus;
use patchbay_testkit::eventually;
use prost::Message as _;

use crate::requests::{alert, issue_created, subscription, with_key};
use crate::service::{SOON, config, database, deliveries, start};

const TRACE: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

fn message(request: &PublishRequest) -> Message {
    Message::new(format!("{}.{}", request.resource, request.action), request.encode_to_vec())
}

#[tokio::test]
async fn an_event_of_the_bus_is_accepted_as_one_of_grpc_is() {
    each_bus(|bus| async move {
        let mut service =
            start(database(&DbConfig::new("sqlite::memory:")).await, bus.clone(), 0, config()).await;
        service.snapshot(1, vec![subscription(1)]).await;
        let traced = message(&with_key("k")).with_header("traceparent", TRACE);
        bus.publish_all(Topic::Events, [traced, message(&with_key("k"))]).await.unwrap();
        let delivered = deliveries(&mut service.sender(), 1).await;
        assert_eq!(delivered[0].traceparent, TRACE);
        let duplicates = &service.metrics.duplicates;
        eventually(SOON, "the second is known", async || (duplicates.get() == 1).then_some(())).await;
    })
    .await;
}

#[tokio::test]
async fn what_can_never_be_accepted_becomes_a_dead_letter_and_holds_up_nothing() {
    each_bus(|bus| async move {
        let mut service =
            start(database(&DbConfig::new("sqlite::memory:")).await, bus.clone(), 0, config()).await;
        service.snapshot(1, vec![subscription(1)]).await;
        let garbage = Message::new("issue.created", "no protobuf");
        let wrong = message(&PublishRequest { action: "painted".into(), ..issue_created() });
        let unfit = message(&PublishRequest { ordering_key: "a\0b".into(), ..issue_created() });
        for message in [garbage.clone(), wrong.clone(), unfit.clone(), message(&issue_created())] {
            drop(bus.publish(Topic::Events, message).await.unwrap());
        }
        deliveries(&mut service.sender(), 1).await;
        let letters = eventually(SOON, "all are dead letters", async || {
            let letters = bus.dead_letters(Queue::EventFanout, 10).await.unwrap();
            (letters.len() == 3).then_some(letters)
        });
        let letters = letters.await;
        assert!(letters.iter().all(|letter| letter.reason == DeadReason::Rejected));
        let bodies: Vec<_> = letters.iter().map(|letter| &letter.message.body).collect();
        assert_eq!(bodies, [&garbage.body, &wrong.body, &unfit.body]);
    })
    .await;
}

#[tokio::test]
async fn an_alert_of_the_bus_for_an_app_that_is_gone_is_accepted_and_reaches_nobody() {
    each_bus(|bus| async move {
        let mut service =
            start(database(&DbConfig::new("sqlite::memory:")).await, bus.clone(), 0, config()).await;
        service.snapshot(1, vec![subscription(1)]).await;
        let alert = message(&alert(Receiver::AppSlug("gone".into())));
        bus.publish(Topic::Events, alert).await.unwrap().await.unwrap();
        let unmatched = &service.metrics.matched_none;
        eventually(SOON, "it matched no installation", async || (unmatched.get() == 1).then_some(())).await;
        assert!(bus.dead_letters(Queue::EventFanout, 1).await.unwrap().is_empty());
    })
    .await;
}
