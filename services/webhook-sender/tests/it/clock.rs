//! Clocks that are set: by an administrator, by a time server after a long pause, by a hypervisor.

use std::time::Duration;

use chrono::TimeDelta;
use patchbay_proto::webhook_sender::DeliveryStatus;
use patchbay_testkit::receiver::Answer;
use patchbay_testkit::{Receiver, eventually};

use crate::running::{Running, SOON};

/// Long enough for the service to look several times at what is due.
const SLOW: Duration = Duration::from_secs(3);

/// Lets the time go on until the service has looked at what is due: a webhook of another app is sent again.
async fn looks_for_what_is_due(running: &Running) {
    let receiver = Receiver::start().await;
    let webhook = running.webhook(2, running.app(2, &receiver).await);
    receiver.respond_next([500]);
    running.deliver(&webhook).await;
    running.until_attempts(&webhook, 1).await;
    eventually(SOON, "it is sent again", async || {
        running.hand.advance(Duration::from_secs(1));
        running.state(&webhook).await.filter(|state| state.status() == DeliveryStatus::Delivered)
    })
    .await;
}

#[tokio::test]
async fn an_attempt_that_goes_on_is_not_made_again_because_the_clock_was_set_on_by_a_day() {
    let (running, receiver) = (Running::start().await, Receiver::start().await);
    let webhook = running.webhook(1, running.app(1, &receiver).await);
    receiver.answer_next([Answer::status(500), Answer::status(200).after(SLOW)]);
    running.deliver(&webhook).await;
    running.until_attempts(&webhook, 1).await;
    running.hand.advance(Duration::from_secs(7));
    receiver.wait_for(2, SOON).await;

    running.hand.set(TimeDelta::days(1));
    looks_for_what_is_due(&running).await;
    let state = running.until(&webhook, DeliveryStatus::Delivered).await;
    assert_eq!((state.attempts, receiver.received().len()), (2, 2));
}

#[tokio::test]
async fn a_first_attempt_that_goes_on_is_not_made_again_either() {
    let (running, receiver) = (Running::start().await, Receiver::start().await);
    let webhook = running.webhook(1, running.app(1, &receiver).await);
    receiver.answer_next([Answer::status(200).after(SLOW)]);
    // Acknowledged because the attempt takes long, and stored until it is known how it ended.
    running.deliver(&webhook).await;
    running.hand.set(TimeDelta::days(1));
    looks_for_what_is_due(&running).await;
    let state = running.until(&webhook, DeliveryStatus::Delivered).await;
    assert_eq!((state.attempts, receiver.received().len()), (1, 1));
}

#[tokio::test]
async fn after_a_clock_was_set_back_webhooks_go_on_and_are_sent_again_in_time() {
    let (running, receiver) = (Running::start().await, Receiver::start().await);
    let installation = running.app(1, &receiver).await;
    let waits = running.webhook(1, installation);
    receiver.respond_next([500]);
    running.deliver(&waits).await;
    running.until_attempts(&waits, 1).await;

    running.hand.set(TimeDelta::hours(-1));
    looks_for_what_is_due(&running).await;
    let new = running.webhook(1, installation);
    running.deliver(&new).await;
    running.until(&new, DeliveryStatus::Delivered).await;
    // The webhook is sent at its due time.
    running.hand.advance(Duration::from_secs(3600));
    running.until(&waits, DeliveryStatus::Delivered).await;
    assert_eq!(receiver.received().len(), 3, "each once, and the failed attempt");
}

#[tokio::test]
async fn a_broken_endpoint_is_tried_in_time_also_when_the_clock_was_set_back() {
    let (running, receiver) = (Running::start().await, Receiver::start().await);
    let installation = running.app(1, &receiver).await;
    let webhooks: Vec<_> = (0..10).map(|_| running.webhook(1, installation)).collect();
    receiver.respond_next([503; 10]);
    running.publish(&webhooks).await.await.unwrap();
    eventually(SOON, "the breaker is open and stored", async || {
        (running.count("select count(*) from endpoints where breaker = 2").await == 1).then_some(())
    })
    .await;

    running.hand.set(TimeDelta::hours(-1));
    // Those that failed have a moment of their own, which is an hour away now. This one waits for the endpoint only.
    let later = running.webhook(1, installation);
    running.deliver(&later).await;
    for second in 0.. {
        running.hand.advance(Duration::from_secs(1));
        let probed = running.count("select count(*) from endpoints where breaker <> 2").await == 1;
        if probed {
            break;
        }
        assert!(second < 3000, "nearly an hour has passed");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}
