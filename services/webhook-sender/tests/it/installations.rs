use std::time::Duration;

use patchbay_proto::installation::{AppStatus, InstallationStatus};
use patchbay_proto::webhook_sender::DeliveryStatus;
use patchbay_testkit::Receiver;
use patchbay_testkit::receiver::Answer;
use uuid::Uuid;

use crate::running::{Running, SOON};

#[tokio::test]
async fn nothing_but_the_farewell_is_sent_after_an_uninstall() {
    let (running, receiver) = (Running::start().await, Receiver::start().await);
    let installation = running.app(1, &receiver).await;
    receiver.respond_next([500]);
    let waiting = running.webhook(1, installation);
    running.deliver(&waiting).await;
    running.until(&waiting, DeliveryStatus::Pending).await;

    running.apps.set_installation(installation, 1, InstallationStatus::PendingDeletion);
    let farewell = running.about_installation(1, installation, "deleted");
    running.deliver(&farewell).await;
    running.until(&farewell, DeliveryStatus::Delivered).await;
    // The stream may report the end later.
    let late = running.webhook(1, installation);
    running.deliver(&late).await;
    let late = running.until(&late, DeliveryStatus::Dropped).await;
    assert_eq!((late.attempts, late.reason.as_str()), (0, "uninstalled"));
    running.hand.advance(Duration::from_secs(7));
    let state = running.until(&waiting, DeliveryStatus::Dropped).await;
    assert_eq!((state.attempts, state.reason.as_str()), (1, "uninstalled"));
    let after = receiver.received();
    assert_eq!(after.last().unwrap().header("patchbay-attempt"), Some("1"), "the retry was not sent");
}

/// The receiver fails until the installation has ended, and then works.
async fn the_end_is_the_last_word(end: impl AsyncFnOnce(&Running, Uuid)) {
    let (running, receiver) = (Running::start().await, Receiver::start().await);
    let installation = running.app(1, &receiver).await;
    receiver.answer_with(|_, _| Answer::status(500));
    let created = running.about_installation(1, installation, "created");
    running.deliver(&created).await;
    running.until_attempts(&created, 1).await;

    end(&running, installation).await;
    receiver.answer_with(|_, _| Answer::status(200));
    let deleted = running.about_installation(1, installation, "deleted");
    running.deliver(&deleted).await;
    running.until(&deleted, DeliveryStatus::Delivered).await;
    running.hand.advance(Duration::from_secs(7));
    let state = running.until(&created, DeliveryStatus::Dropped).await;
    assert_eq!((state.attempts, state.reason.as_str()), (1, "uninstalled"));
    assert_eq!(receiver.received().len(), 2, "`created` is not sent after `deleted`");
}

#[tokio::test]
async fn a_retry_of_created_does_not_follow_deleted() {
    the_end_is_the_last_word(async |running, installation| {
        running.apps.set_installation(installation, 1, InstallationStatus::PendingDeletion);
    })
    .await;
}

#[tokio::test]
async fn a_retry_of_created_does_not_follow_the_end_of_the_app() {
    the_end_is_the_last_word(async |running, installation| {
        running.apps.change_endpoint(1, |app| app.status = AppStatus::DeletionInProgress.into());
        running.apps.set_installation(installation, 1, InstallationStatus::PendingDeletion);
    })
    .await;
}

#[tokio::test]
async fn an_installation_that_is_not_known_yet_is_told_of_its_start_at_once() {
    let (running, receiver) = (Running::start().await, Receiver::start().await);
    running.app(1, &receiver).await;
    let created = running.about_installation(1, Uuid::new_v4(), "created");
    running.deliver(&created).await;
    running.until(&created, DeliveryStatus::Delivered).await;
}

#[tokio::test]
async fn an_installation_that_becomes_known_in_time_is_sent_to_at_once() {
    let (running, receiver) = (Running::start().await, Receiver::start().await);
    running.app(1, &receiver).await;
    let installation = Uuid::new_v4();
    let webhook = running.webhook(1, installation);
    let confirm = running.publish(std::slice::from_ref(&webhook)).await;
    running.apps.set_installation(installation, 1, InstallationStatus::Pending);
    confirm.await.unwrap();
    receiver.wait_for(1, SOON).await;
}

#[tokio::test]
async fn a_webhook_for_an_app_not_known_yet_waits_without_using_up_an_attempt() {
    let (running, receiver) = (Running::start().await, Receiver::start().await);
    let installation = running.app(1, &receiver).await;
    let webhook = running.webhook(2, installation);
    running.deliver(&webhook).await;
    let state = running.until(&webhook, DeliveryStatus::Pending).await;
    assert_eq!((state.attempts, state.reason.as_str()), (0, "unknown"));

    running.app(2, &receiver).await;
    running.hand.advance(Duration::from_secs(6));
    let state = running.until(&webhook, DeliveryStatus::Delivered).await;
    assert_eq!(state.attempts, 1);
    assert_eq!(receiver.received()[0].header("patchbay-retry-reason"), None);
}

#[tokio::test]
async fn who_stays_unknown_is_gone() {
    let (running, receiver) = (Running::start().await, Receiver::start().await);
    running.app(1, &receiver).await;
    let webhook = running.webhook(1, Uuid::new_v4());
    running.deliver(&webhook).await;
    running.until(&webhook, DeliveryStatus::Pending).await;
    running.hand.advance(Duration::from_secs(61));
    let state = running.until(&webhook, DeliveryStatus::Dropped).await;
    assert_eq!(state.reason, "uninstalled");
}

#[tokio::test]
async fn an_app_without_an_address_gets_nothing() {
    let (running, receiver) = (Running::stopped(&[]).await, Receiver::start().await);
    let mut running = running;
    let cases =
        [(1, AppStatus::Published, "no_webhook_url"), (2, AppStatus::DeletionInProgress, "app_removed")];
    let mut installations = Vec::new();
    for (app, ..) in cases {
        installations.push(running.app(app, &receiver).await);
    }
    for (app, status, _) in cases {
        running.apps.change_endpoint(app, |endpoint| {
            (endpoint.webhook_url, endpoint.status) = (String::new(), status.into());
        });
    }
    running.start_again().await;
    for ((app, _, reason), installation) in cases.into_iter().zip(installations) {
        let webhook = running.webhook(app, installation);
        running.deliver(&webhook).await;
        assert_eq!(running.until(&webhook, DeliveryStatus::Dropped).await.reason, reason);
    }
}

#[tokio::test]
async fn an_installation_forgotten_by_the_next_snapshot_is_unknown() {
    let (mut running, receiver) = (Running::start().await, Receiver::start().await);
    let installation = running.app(1, &receiver).await;
    running.publish(&[running.webhook(1, installation)]).await.await.unwrap();
    running.stop().await;
    running.apps.forget_installation(installation);
    running.start_again().await;
    let webhook = running.webhook(1, installation);
    running.deliver(&webhook).await;
    let state = running.until(&webhook, DeliveryStatus::Pending).await;
    assert_eq!((state.attempts, state.reason.as_str()), (0, "unknown"));
    assert_eq!(receiver.received().len(), 1);
}
