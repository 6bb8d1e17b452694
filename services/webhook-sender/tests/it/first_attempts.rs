use patchbay_bus::{Bus, BusConfig};
use patchbay_proto::webhook_sender::DeliveryStatus;
use patchbay_testkit::Receiver;
use patchbay_testkit::bus::each_bus;
use patchbay_testkit::database::each_engine;
use patchbay_webhook_sender::MIGRATIONS;

use crate::running::{BODY, Running, SOON};

#[tokio::test]
async fn a_webhook_that_arrives_at_once_is_one_row_with_its_body() {
    let (running, receiver) = (Running::start().await, Receiver::start().await);
    let installation = running.app(1, &receiver).await;
    let webhook = running.webhook(1, installation);
    running.deliver(&webhook).await;

    let requests = receiver.received();
    assert_eq!((requests.len(), requests[0].method.as_str()), (1, "POST"));
    assert_eq!((requests[0].path.as_str(), &requests[0].body[..]), ("/hook/1", BODY.as_bytes()));
    let state = running.until(&webhook, DeliveryStatus::Delivered).await;
    assert_eq!((state.attempts, state.response_code, state.reason.as_str()), (1, 200, ""));
    assert_eq!(state.installation_uuid, installation.to_string());
    assert_eq!(running.count("select count(*) from deliveries").await, 0);
    let body: Vec<u8> = running.db.query("select body from attempts").fetch_scalar().await.unwrap();
    assert_eq!(body, BODY.as_bytes());
}

#[tokio::test]
async fn a_message_is_acknowledged_only_when_its_webhooks_are_on_record() {
    let (running, receiver) = (Running::start().await, Receiver::start().await);
    let webhook = running.webhook(1, running.app(1, &receiver).await);
    // No other connection can write while this transaction is open.
    let writing = running.db.begin().await.unwrap();
    let mut confirm = running.publish(&[webhook]).await;
    receiver.wait_for(1, SOON).await;
    // The attempt is over and its record begun; no wait makes the confirm resolve before the record.
    let early = tokio::time::timeout(std::time::Duration::from_millis(300), &mut confirm).await;
    assert!(early.is_err(), "acknowledged without a record");
    drop(writing);
    confirm.await.unwrap();
    assert_eq!(running.count("select count(*) from attempts").await, 1);
}

#[tokio::test]
async fn a_message_of_many_webhooks_is_acknowledged_when_all_are_recorded() {
    let settings = [("DELIVERY_WINDOW", "16"), ("ENDPOINT_CONCURRENCY", "4")];
    let (running, receiver) = (Running::with(&settings).await, Receiver::start().await);
    let mut installations = Vec::new();
    for app in 1..=5 {
        installations.push((app, running.app(app, &receiver).await));
    }
    let webhooks: Vec<_> =
        (0..200).map(|n| installations[n % 5]).map(|(app, i)| running.webhook(app, i)).collect();
    running.publish(&webhooks).await.await.unwrap();
    for webhook in &webhooks {
        running.until(webhook, DeliveryStatus::Delivered).await;
    }
    let mut ids: Vec<_> =
        receiver.received().iter().map(|r| r.header("webhook-id").unwrap().to_owned()).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!((ids.len(), receiver.received().len()), (200, 200), "each one once");
}

#[tokio::test]
async fn a_message_that_cannot_be_read_becomes_a_dead_letter() {
    use patchbay_bus::{Message, Queue, Topic};
    let running = Running::start().await;
    let confirm = running.bus.publish(Topic::Deliveries, Message::new("deliveries", "\u{1}nonsense")).await;
    confirm.unwrap().await.unwrap_err();
    let dead = running.bus.dead_letters(Queue::WebhookSender, 10).await.unwrap();
    assert_eq!(dead.len(), 1);
    assert!(running.metrics.encode().contains("patchbay_webhook_sender_malformed_total 1\n"));
}

#[tokio::test]
async fn the_service_is_ready_once_it_knows_the_apps() {
    let mut running = Running::stopped(&[]).await;
    running.start_again().await;
    patchbay_testkit::eventually(SOON, "ready", async || {
        running.readiness.report(false).await.ready.then_some(())
    })
    .await;
}

/// The same story on every engine and bus: one webhook that arrives, one that fails first.
async fn one_arrives_and_one_is_tried_again(mut running: Running) {
    let receiver = Receiver::start().await;
    let installation = running.app(1, &receiver).await;
    running.start_again().await;
    let webhooks = [running.webhook(1, installation), running.webhook(1, installation)];
    receiver.respond_next([500]);
    for webhook in &webhooks {
        running.publish(std::slice::from_ref(webhook)).await.await.unwrap();
    }
    running.until(&webhooks[0], DeliveryStatus::Pending).await;
    running.until(&webhooks[1], DeliveryStatus::Delivered).await;
    running.hand.advance(std::time::Duration::from_secs(7));
    running.until(&webhooks[0], DeliveryStatus::Delivered).await;
    assert_eq!(running.requests(1).await.len(), 3);
    running.stop().await;
}

#[tokio::test]
async fn it_works_on_every_engine() {
    each_engine(&MIGRATIONS, |db| async move {
        let bus = Bus::in_process(&BusConfig::default());
        one_arrives_and_one_is_tried_again(Running::stopped_on(db, bus, &[])).await;
    })
    .await;
}

#[tokio::test]
async fn it_works_on_every_bus() {
    each_bus(|bus| async move {
        let mut running = Running::stopped(&[]).await;
        running.bus = bus;
        one_arrives_and_one_is_tried_again(running).await;
    })
    .await;
}
