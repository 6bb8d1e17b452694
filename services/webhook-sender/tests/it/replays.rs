use patchbay_bus::Queue;
use patchbay_proto::webhook_sender::DeliveryStatus;
use patchbay_testkit::Receiver;

use crate::running::{Running, SOON};

#[tokio::test]
async fn what_is_on_record_is_not_sent_again_when_it_is_handed_over_again() {
    let (running, receiver) = (Running::start().await, Receiver::start().await);
    let installation = running.app(1, &receiver).await;
    let (delivered, dead, pending, new) = (
        running.webhook(1, installation),
        // A 410 ends this installation's webhooks.
        running.webhook(1, running.app(1, &receiver).await),
        running.webhook(1, installation),
        running.webhook(1, installation),
    );
    receiver.respond_next([200, 410, 500]);
    for webhook in [&delivered, &dead, &pending] {
        running.publish(std::slice::from_ref(webhook)).await.await.unwrap();
    }
    let again = [delivered, dead, pending.clone(), new.clone()];
    running.replay(&again).await.await.unwrap();
    running.until(&new, DeliveryStatus::Delivered).await;
    assert_eq!(receiver.received().len(), 4, "only the new one was sent");
    assert_eq!(running.state(&pending).await.unwrap().attempts, 1);
    assert!(running.metrics.encode().contains("patchbay_webhook_sender_repeated_total 3\n"));
}

#[tokio::test]
async fn a_message_that_was_delivered_before_is_looked_up() {
    let (mut running, receiver) = (Running::start().await, Receiver::start().await);
    let installation = running.app(1, &receiver).await;
    let webhook = running.webhook(1, installation);
    running.deliver(&webhook).await;
    running.stop().await;

    // Recorded by a process that died before it acknowledged.
    let confirm = running.publish(std::slice::from_ref(&webhook)).await;
    running.bus.consume(Queue::WebhookSender, 1).next().await.unwrap().retry();
    running.start_again().await;
    confirm.await.unwrap();
    assert_eq!(receiver.received().len(), 1);
}

#[tokio::test]
async fn a_crash_between_request_and_record_loses_nothing() {
    let (mut running, receiver) = (Running::start().await, Receiver::start().await);
    let webhook = running.webhook(1, running.app(1, &receiver).await);
    let writing = running.db.begin().await.unwrap();
    let _confirm = running.publish(std::slice::from_ref(&webhook)).await;
    receiver.wait_for(1, SOON).await;
    running.kill().await;
    drop(writing);
    assert_eq!(running.state_rows().await, 0, "the record died with the process");

    // What event-fanout does when it comes back: it never got its confirm.
    running.start_again().await;
    running.replay(std::slice::from_ref(&webhook)).await.await.unwrap();
    let state = running.until(&webhook, DeliveryStatus::Delivered).await;
    assert_eq!(state.attempts, 1);
    let requests = receiver.received();
    assert_eq!(requests.len(), 2, "at least once");
    assert_eq!(
        requests[0].header("webhook-id"),
        requests[1].header("webhook-id"),
        "so that it is seen as one"
    );
}

#[tokio::test]
async fn a_webhook_whose_worker_died_is_sent_when_its_lease_ends() {
    let (mut running, receiver) =
        (Running::with(&[("WEBHOOK_TIMEOUT", "10m")]).await, Receiver::start().await);
    let webhook = running.webhook(1, running.app(1, &receiver).await);
    receiver.answer_next([
        patchbay_testkit::receiver::Answer::status(500),
        patchbay_testkit::receiver::Answer::hang(),
    ]);
    running.deliver(&webhook).await;
    running.hand.advance(std::time::Duration::from_secs(7));
    receiver.wait_for(2, SOON).await;
    running.kill().await;

    running.start_again().await;
    let state = running.state(&webhook).await.unwrap();
    assert_eq!((state.status(), state.attempts), (DeliveryStatus::Pending, 1));
    // Twice the time limit of an attempt and then some.
    running.hand.advance(std::time::Duration::from_secs(25 * 60));
    let state = running.until(&webhook, DeliveryStatus::Delivered).await;
    assert_eq!((state.attempts, receiver.received().len()), (2, 3));
}
