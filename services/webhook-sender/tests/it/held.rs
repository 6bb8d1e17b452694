use patchbay_proto::webhook_sender::DeliveryStatus;
use patchbay_testkit::{Receiver, eventually};

use crate::running::{Running, SOON};

#[tokio::test]
async fn a_410_stops_the_installations_webhooks_and_they_wait_until_it_is_resumed() {
    let (running, receiver) = (Running::start().await, Receiver::start().await);
    let (gone, other) = (running.app(1, &receiver).await, running.app(1, &receiver).await);
    receiver.respond_next([410]);
    let first = running.webhook(1, gone);
    running.publish(std::slice::from_ref(&first)).await.await.unwrap();
    running.until(&first, DeliveryStatus::Dead).await;
    eventually(SOON, "the installation service knows", async || {
        (running.apps.installation(gone).suspended_reason == "webhooks_stopped").then_some(())
    })
    .await;
    let (waits, goes) = (running.webhook(1, gone), running.webhook(1, other));
    running.publish(&[waits.clone(), goes.clone()]).await.await.unwrap();
    let state = running.until(&waits, DeliveryStatus::Parked).await;
    assert_eq!((state.attempts, state.reason.as_str()), (0, "webhooks_stopped"));
    running.until(&goes, DeliveryStatus::Delivered).await;
    assert_eq!(receiver.received().len(), 2);

    running.apps.change_installation(gone, |it| it.suspended_reason.clear());
    running.until(&waits, DeliveryStatus::Delivered).await;
}

#[tokio::test]
async fn webhooks_of_a_disabled_app_wait_until_it_is_enabled_again_over_a_restart() {
    let (mut running, receiver) = (Running::stopped(&[]).await, Receiver::start().await);
    let installation = running.app(1, &receiver).await;
    running.apps.change_endpoint(1, |endpoint| endpoint.is_disabled = true);
    running.start_again().await;
    let webhook = running.webhook(1, installation);
    running.publish(std::slice::from_ref(&webhook)).await.await.unwrap();
    assert_eq!(running.until(&webhook, DeliveryStatus::Parked).await.reason, "app_disabled");
    running.stop().await;
    // Enabled while the service is stopped.
    running.apps.change_endpoint(1, |endpoint| endpoint.is_disabled = false);
    running.start_again().await;
    running.until(&webhook, DeliveryStatus::Delivered).await;
}
