use patchbay_proto::webhook_sender::{DeliveryStatus, GetEndpointHealthRequest};
use patchbay_testkit::{Receiver, eventually};

use crate::running::{Running, SOON};

#[tokio::test]
async fn a_410_stops_the_installations_webhooks_and_they_wait_until_it_is_resumed() {
    let (running, receiver) = (Running::start().await, Receiver::start().await);
    let (gone, other) = (running.app(1, &receiver).await, running.app(1, &receiver).await);
    receiver.respond_next([410]);
    let first = running.webhook(1, gone);
    running.deliver(&first).await;
    running.until(&first, DeliveryStatus::Dead).await;
    eventually(SOON, "the installation service knows", async || {
        (running.apps.installation(gone).suspended_reason == "webhooks_stopped").then_some(())
    })
    .await;
    let (waits, goes) = (running.webhook(1, gone), running.webhook(1, other));
    running.publish(&[waits.clone(), goes.clone()]).await.await.unwrap();
    let state = running.until(&waits, DeliveryStatus::Held).await;
    assert_eq!((state.attempts, state.reason.as_str()), (0, "webhooks_stopped"));
    running.until(&goes, DeliveryStatus::Delivered).await;
    assert_eq!(receiver.received().len(), 2);

    running.apps.change_installation(gone, |it| it.suspended_reason.clear());
    running.until(&waits, DeliveryStatus::Delivered).await;
}

#[tokio::test]
async fn everything_of_the_time_in_which_an_app_was_disabled_is_sent_when_it_is_enabled() {
    let (running, receiver) = (Running::start().await, Receiver::start().await);
    let installation = running.app(1, &receiver).await;
    running.apps.change_endpoint(1, |endpoint| endpoint.is_disabled = true);
    eventually(SOON, "the app is known as disabled", async || {
        let request = patchbay_rpc::request(GetEndpointHealthRequest { app: "1".into() });
        let health = running.webhooks.clone().get_endpoint_health(request).await.unwrap().into_inner();
        health.is_disabled.then_some(())
    })
    .await;
    let webhooks: Vec<_> = (0..30).map(|_| running.webhook(1, installation)).collect();
    running.publish(&webhooks).await.await.unwrap();
    for webhook in &webhooks {
        assert_eq!(running.until(webhook, DeliveryStatus::Held).await.reason, "app_disabled");
    }
    running.apps.change_endpoint(1, |endpoint| endpoint.is_disabled = false);
    for webhook in &webhooks {
        assert_eq!(running.until(webhook, DeliveryStatus::Delivered).await.attempts, 1);
    }
}

#[tokio::test]
async fn webhooks_of_a_disabled_app_wait_until_it_is_enabled_again_over_a_restart() {
    let (mut running, receiver) = (Running::stopped(&[]).await, Receiver::start().await);
    let installation = running.app(1, &receiver).await;
    running.apps.change_endpoint(1, |endpoint| endpoint.is_disabled = true);
    running.start_again().await;
    let webhook = running.webhook(1, installation);
    running.deliver(&webhook).await;
    assert_eq!(running.until(&webhook, DeliveryStatus::Held).await.reason, "app_disabled");
    running.stop().await;
    // Enabled while the service is stopped.
    running.apps.change_endpoint(1, |endpoint| endpoint.is_disabled = false);
    running.start_again().await;
    running.until(&webhook, DeliveryStatus::Delivered).await;
}
