//! Endpoints that take a limited number of webhooks.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use chrono::{DateTime, Utc};
use patchbay_proto::installation::DeliverySettings;
use patchbay_proto::webhook_sender::{Delivery, DeliveryStatus};
use patchbay_testkit::Receiver;
use patchbay_testkit::receiver::Answer;
use uuid::Uuid;

use crate::running::{Running, SOON};

/// When the receiver took webhooks, on the clock of the service.
type Arrivals = Arc<Mutex<Vec<DateTime<Utc>>>>;

/// Takes `limit` webhooks in each second and answers the others 429.
fn takes(running: &Running, receiver: &Receiver, limit: usize, retry_after: Option<u32>) -> Arrivals {
    let (clock, arrivals) = (running.clock.clone(), Arrivals::default());
    let taken = arrivals.clone();
    receiver.answer_with(move |_, _| {
        let (now, mut taken) = (clock.now(), taken.lock().unwrap());
        let in_second = taken.iter().rev().take_while(|at| at.timestamp() == now.timestamp()).count();
        if in_second < limit {
            taken.push(now);
            return Answer::status(200);
        }
        match retry_after {
            Some(seconds) => Answer::status(429).header("retry-after", seconds),
            None => Answer::status(429),
        }
    });
    arrivals
}

/// Lets the time go on until the receiver has taken so many webhooks. Returns the seconds.
async fn until_taken(running: &Running, arrivals: &Arrivals, count: usize) -> i64 {
    let begun = running.clock.now();
    let arrived = tokio::time::timeout(4 * SOON, async {
        while arrivals.lock().unwrap().len() < count {
            running.hand.advance(Duration::from_millis(10));
            tokio::time::sleep(Duration::from_millis(4)).await;
        }
    });
    arrived.await.expect("all webhooks arrive");
    (running.clock.now() - begun).num_seconds()
}

async fn published(running: &Running, installation: Uuid, count: usize) -> Vec<Delivery> {
    let webhooks: Vec<_> = (0..count).map(|_| running.webhook(1, installation)).collect();
    running.publish(&webhooks).await.await.unwrap();
    webhooks
}

#[tokio::test]
async fn an_endpoint_that_answers_429_gets_everything_at_its_rate_and_nothing_dies() {
    for retry_after in [Some(3), None] {
        // A single failure is all that the schedule forgives.
        let running = Running::with(&[("RETRY_SCHEDULE", "1s")]).await;
        let receiver = Receiver::start().await;
        let arrivals = takes(&running, &receiver, 5, retry_after);
        let installation = running.app(1, &receiver).await;
        let webhooks = published(&running, installation, 60).await;
        let seconds = until_taken(&running, &arrivals, 60).await;
        // Twelve seconds would be ideal. On a busy machine the clock is ahead of the service.
        assert!(seconds < 120, "{seconds} s");
        for webhook in &webhooks {
            running.until(webhook, DeliveryStatus::Delivered).await;
        }
        let refused = running.count("select count(*) from attempts where response_code = 429").await;
        assert!((1..60).contains(&refused), "{refused} were refused");
        assert_eq!(running.count("select count(*) from endpoints where breaker <> 1").await, 0);
    }
}

#[tokio::test]
async fn an_app_is_sent_no_more_than_the_rate_that_it_asked_for() {
    let (running, receiver) = (Running::start().await, Receiver::start().await);
    let arrivals = takes(&running, &receiver, usize::MAX, None);
    let installation = running.app(1, &receiver).await;
    let settings = DeliverySettings { rate_per_second: 10, ..Default::default() };
    running.apps.change_endpoint(1, |endpoint| endpoint.delivery = Some(settings));
    // The setting is in effect once a webhook has gone through the database.
    patchbay_testkit::eventually(SOON, "the rate is known", async || {
        let webhook = running.webhook(1, installation);
        running.deliver(&webhook).await;
        running.hand.advance(Duration::from_secs(1));
        running.until(&webhook, DeliveryStatus::Delivered).await;
        (running.count("select count(*) from endpoint_turns").await == 1).then_some(())
    })
    .await;
    arrivals.lock().unwrap().clear();
    published(&running, installation, 40).await;
    until_taken(&running, &arrivals, 40).await;
    let arrivals = arrivals.lock().unwrap().clone();
    for start in &arrivals {
        let in_second = arrivals.iter().filter(|at| (0..1000).contains(&(**at - start).num_milliseconds()));
        // A webhook is sent a little after its turn, as the clock goes on meanwhile.
        assert!(in_second.count() <= 20, "{arrivals:?}");
    }
}

#[tokio::test]
async fn a_webhook_about_an_installation_does_not_wait_for_the_rate() {
    let (running, receiver) = (Running::start().await, Receiver::start().await);
    let installation = running.app(1, &receiver).await;
    receiver.answer_next([Answer::status(429).header("retry-after", 60)]);
    let limited = published(&running, installation, 1).await.remove(0);
    running.until_attempts(&limited, 1).await;
    let waits = published(&running, installation, 1).await.remove(0);
    assert_eq!(running.until(&waits, DeliveryStatus::Pending).await.reason, "rate");
    let created = running.about_installation(1, installation, "created");
    running.deliver(&created).await;
    running.until(&created, DeliveryStatus::Delivered).await;
    assert_eq!(running.state(&waits).await.unwrap().attempts, 0);
    running.hand.advance(Duration::from_secs(61));
    running.until(&waits, DeliveryStatus::Delivered).await;
    eventually_delivered(&running, &limited).await;
}

async fn eventually_delivered(running: &Running, webhook: &Delivery) {
    patchbay_testkit::eventually(SOON, "it is delivered", async || {
        running.hand.advance(Duration::from_secs(1));
        running.state(webhook).await.filter(|state| state.status() == DeliveryStatus::Delivered)
    })
    .await;
}
