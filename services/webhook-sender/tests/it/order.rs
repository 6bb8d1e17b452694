use std::time::Duration;

use patchbay_proto::installation::DeliverySettings;
use patchbay_proto::webhook_sender::{Delivery, DeliveryStatus};
use patchbay_testkit::Receiver;
use patchbay_testkit::receiver::Answer;
use uuid::Uuid;

use crate::running::{Running, SOON};

async fn strict(receiver: &Receiver) -> (Running, Uuid) {
    let mut running = Running::stopped(&[]).await;
    let installation = running.app(1, receiver).await;
    let settings = DeliverySettings { strict_order: true, ..Default::default() };
    running.apps.change_endpoint(1, |endpoint| endpoint.delivery = Some(settings));
    running.start_again().await;
    (running, installation)
}

#[tokio::test]
async fn what_failed_is_waited_for_by_those_of_its_key_and_by_no_others() {
    let receiver = Receiver::start().await;
    let (running, installation) = strict(&receiver).await;
    let keyed = |key: &str, sequence| Delivery {
        ordering_key: key.into(),
        sequence,
        ..running.webhook(1, installation)
    };
    let webhooks = [keyed("a", 1), keyed("a", 2), keyed("b", 3), keyed("a", 4)];
    let first = Uuid::from_slice(&webhooks[0].delivery_id).unwrap().to_string();
    receiver.answer_with(move |n, request| {
        let is_first = request.header("webhook-id") == Some(first.as_str());
        Answer::status(if is_first && n < 3 { 500 } else { 200 })
    });
    running.publish(&webhooks).await.await.unwrap();
    running.until_attempts(&webhooks[0], 1).await;
    running.until(&webhooks[2], DeliveryStatus::Delivered).await;
    for waits in [&webhooks[1], &webhooks[3]] {
        assert_eq!(running.state(waits).await.unwrap().attempts, 0);
    }
    running.hand.advance(Duration::from_secs(7));
    running.until_attempts(&webhooks[0], 2).await;
    running.hand.advance(Duration::from_secs(361));
    running.until(&webhooks[3], DeliveryStatus::Delivered).await;
    let sequences: Vec<_> =
        receiver.received().iter().map(|r| r.header("patchbay-sequence").unwrap().to_owned()).collect();
    let of_a: Vec<_> = sequences.iter().filter(|sequence| *sequence != "3").collect();
    assert_eq!(of_a, ["1", "1", "1", "2", "4"], "{sequences:?}");
}

#[tokio::test]
async fn a_hundred_webhooks_of_one_key_arrive_in_their_order() {
    let receiver = Receiver::start().await;
    let (running, installation) = strict(&receiver).await;
    let webhooks: Vec<_> =
        (1..=100).map(|sequence| Delivery { sequence, ..running.webhook(1, installation) }).collect();
    for part in webhooks.chunks(20) {
        running.publish(part).await.await.unwrap();
    }
    let requests = receiver.wait_for(100, SOON).await;
    let sequences: Vec<i64> =
        requests.iter().map(|r| r.header("patchbay-sequence").unwrap().parse().unwrap()).collect();
    assert!(sequences.is_sorted(), "{sequences:?}");
    running.until(&webhooks[99], DeliveryStatus::Delivered).await;
}
