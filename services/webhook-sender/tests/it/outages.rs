use patchbay_bus::BusError;
use patchbay_testkit::Receiver;

use crate::running::{Running, SOON};

#[tokio::test]
async fn without_storage_messages_go_back_and_nothing_new_is_begun() {
    let (running, receiver) = (Running::start().await, Receiver::start().await);
    let installation = running.app(1, &receiver).await;
    running.publish(&[running.webhook(1, installation)]).await.await.unwrap();

    running.db.close().await;
    let first = running.publish(&[running.webhook(1, installation)]).await;
    receiver.wait_for(2, SOON).await;
    let failed = r"patchbay_webhook_sender_record_failures_total 1";
    patchbay_testkit::eventually(SOON, "the record has failed", async || {
        running.metrics.encode().contains(failed).then_some(())
    })
    .await;
    let second = running.publish(&[running.webhook(1, installation)]).await;
    running.stop().await;
    running.bus.close().await;
    for confirm in [first, second] {
        assert!(matches!(confirm.await, Err(BusError::Unavailable(_) | BusError::Closed)));
    }
    assert_eq!(receiver.received().len(), 2, "what could not be recorded was not begun");
}
