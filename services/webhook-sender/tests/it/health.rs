use std::time::Duration;

use patchbay_bus::{Message, Topic};
use patchbay_proto::webhook_sender::*;
use patchbay_testkit::receiver::Answer;
use patchbay_testkit::{Receiver, eventually};

use crate::running::{Running, SOON};

async fn health(running: &Running) -> EndpointHealth {
    let request = patchbay_rpc::request(GetEndpointHealthRequest { app: "app-1".into() });
    running.webhooks.clone().get_endpoint_health(request).await.unwrap().into_inner()
}

#[tokio::test]
async fn an_owner_sees_how_the_endpoint_is_doing() {
    let (running, receiver) = (Running::start().await, Receiver::start().await);
    let installation = running.app(1, &receiver).await;
    receiver.answer_with(|n, _| Answer::status(if n == 0 { 200 } else { 503 }));
    let webhooks: Vec<_> = (0..12).map(|_| running.webhook(1, installation)).collect();
    for webhook in &webhooks[..11] {
        running.publish(std::slice::from_ref(webhook)).await.await.unwrap();
    }
    running.publish(&webhooks[11..]).await.await.unwrap();
    running.hand.advance(Duration::from_secs(10));
    let health = eventually(SOON, "attempts are counted", async || {
        Some(health(&running).await).filter(|health| health.failed_today > 0)
    })
    .await;
    assert_eq!((health.breaker(), health.pending), (BreakerState::Open, 11));
    assert_eq!((health.succeeded_today, health.failed_today, health.dead), (1, 10, 0));
    assert_eq!(health.last_failure, "status_503");
    assert_eq!(health.last_delivered_at.unwrap().seconds, 1_700_000_000);
    assert!(health.broken_since.is_some() && health.next_probe_at.is_some());
}

#[tokio::test]
async fn an_app_that_stays_broken_is_disabled_and_its_webhooks_are_kept() {
    let (running, receiver) = (Running::with(&[("BROKEN_DAYS", "2")]).await, Receiver::start().await);
    let installation = running.app(1, &receiver).await;
    receiver.answer_with(|_, _| Answer::status(500));
    let webhook = running.webhook(1, installation);
    running.deliver(&webhook).await;
    eventually(SOON, "the app is disabled", async || {
        running.hand.advance(Duration::from_secs(5 * 60));
        (!running.apps.disabled().is_empty()).then_some(())
    })
    .await;
    let days = (running.clock.now().timestamp() - 1_700_000_000) as f64 / 86_400.0;
    assert!(days > 0.9, "disabled after {days} days");
    assert!(running.apps.disabled()[0].reason.contains("2 days"), "{:?}", running.apps.disabled());
    receiver.answer_with(|_, _| Answer::status(200));
    running.apps.change_endpoint(1, |endpoint| endpoint.is_disabled = false);
    eventually(SOON, "it is delivered after all", async || {
        running.hand.advance(Duration::from_secs(3600));
        running.state(&webhook).await.filter(|state| state.status() == DeliveryStatus::Delivered)
    })
    .await;
    assert_eq!(running.apps.disabled().len(), 1, "told once");
}

#[tokio::test]
async fn messages_that_cannot_be_read_are_listed() {
    let running = Running::start().await;
    let confirm = running.bus.publish(Topic::Deliveries, Message::new("deliveries", "\u{1}nonsense")).await;
    confirm.unwrap().await.unwrap_err();
    let request = patchbay_rpc::request(ListPoisonMessagesRequest::default());
    let listed = running.webhooks.clone().list_poison_messages(request).await.unwrap().into_inner();
    assert_eq!(listed.messages.len(), 1);
    assert_eq!((listed.messages[0].reason.as_str(), listed.messages[0].bytes), ("rejected", 9));
}
