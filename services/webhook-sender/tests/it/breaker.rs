use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use patchbay_proto::webhook_sender::{Delivery, DeliveryStatus};
use patchbay_testkit::receiver::Answer;
use patchbay_testkit::{Receiver, eventually};
use uuid::Uuid;

use crate::running::{Running, SOON};

/// Answers 503 until the switch is on.
fn broken_until(receiver: &Receiver) -> Arc<AtomicBool> {
    let works = Arc::new(AtomicBool::new(false));
    let answers = works.clone();
    receiver.answer_with(move |_, _| Answer::status(if answers.load(Ordering::Relaxed) { 200 } else { 503 }));
    works
}

/// Publishes webhooks that fail until their endpoint's breaker is open.
async fn until_broken(running: &Running, installation: Uuid) -> Vec<Delivery> {
    let first: Vec<_> = (0..10).map(|_| running.webhook(1, installation)).collect();
    running.publish(&first).await.await.unwrap();
    eventually(SOON, "the breaker is open and stored", async || {
        (running.count("select count(*) from endpoints where breaker = 2").await == 1).then_some(())
    })
    .await;
    first
}

const WAITING: &str = "select count(*) from deliveries where status = 1";

#[tokio::test]
async fn an_endpoint_that_was_down_gets_everything_in_its_order_and_few_probes() {
    let (running, receiver) = (Running::start().await, Receiver::start().await);
    let works = broken_until(&receiver);
    let installation = running.app(1, &receiver).await;
    let mut webhooks = until_broken(&running, installation).await;
    for _ in 0..25 {
        let more: Vec<_> = (0..200).map(|_| running.webhook(1, installation)).collect();
        running.publish(&more).await.await.unwrap();
        webhooks.extend(more);
    }
    assert_eq!(running.count(WAITING).await, 5010);
    assert_eq!(receiver.received().len(), 10, "while the breaker is open nothing is tried");
    let held = running.state(&webhooks[5000]).await.unwrap();
    assert_eq!((held.status(), held.attempts), (DeliveryStatus::Held, 0));

    // Ten minutes.
    for probes in 1..=2 {
        running.hand.advance(Duration::from_secs(300));
        receiver.wait_for(10 + probes, SOON).await;
        let wanted = format!("probe {probes} is recorded");
        eventually(SOON, &wanted, async || {
            let recorded = running.count("select count(*) from attempts").await;
            (recorded == 10 + probes as i64).then_some(())
        })
        .await;
    }
    assert_eq!(running.count(WAITING).await, 5010, "nothing is lost");
    let untried = running.count("select count(*) from deliveries where attempts = 0").await;
    assert_eq!(untried, 4998, "each probe is a webhook that has not been tried");
    works.store(true, Ordering::Relaxed);
    receiver.clear();
    running.hand.advance(Duration::from_secs(300));
    eventually(SOON, "a probe arrived", async || {
        (running.count("select count(*) from endpoints where breaker = 3").await == 1).then_some(())
    })
    .await;
    let mut waiting = running.count(WAITING).await;
    while waiting > 0 {
        running.hand.advance(Duration::from_secs(1));
        // Claimed are those whose lease ends in the future.
        let claimed = "select count(*) from deliveries where status = 1 and due_at > $1";
        waiting = eventually(SOON, "a second's share is sent", async || {
            let now = running.clock.now();
            let claimed: i64 = running.db.query(claimed).bind(now).fetch_scalar().await.unwrap();
            let left = running.count(WAITING).await;
            (left < waiting && claimed == 0).then_some(left)
        })
        .await;
    }
    assert_eq!(running.count("select count(*) from deliveries where status = 2").await, 5010);
    let order: HashMap<String, usize> = webhooks
        .iter()
        .enumerate()
        .map(|(index, one)| (Uuid::from_slice(&one.delivery_id).unwrap().to_string(), index))
        .collect();
    let arrived: Vec<usize> =
        receiver.received().iter().map(|r| order[r.header("webhook-id").unwrap()]).collect();
    assert_eq!(arrived.len(), 5010, "each once");
    // The first one is the probe that found the endpoint well again.
    assert!(arrived[1..].is_sorted(), "{arrived:?}");
    eventually(SOON, "the breaker is closed", async || {
        running.hand.advance(Duration::from_secs(1));
        (running.count("select count(*) from endpoints where breaker = 1").await == 1).then_some(())
    })
    .await;
    let webhook = running.webhook(1, installation);
    running.deliver(&webhook).await;
    assert_eq!(running.until(&webhook, DeliveryStatus::Delivered).await.attempts, 1);
}

#[tokio::test]
async fn a_restart_does_not_forget_that_an_endpoint_is_broken() {
    let (mut running, receiver) = (Running::start().await, Receiver::start().await);
    let works = broken_until(&receiver);
    let installation = running.app(1, &receiver).await;
    until_broken(&running, installation).await;
    running.stop().await;
    running.start_again().await;
    let webhook = running.webhook(1, installation);
    running.deliver(&webhook).await;
    assert_eq!(running.until(&webhook, DeliveryStatus::Held).await.attempts, 0);
    assert_eq!(receiver.received().len(), 10);
    works.store(true, Ordering::Relaxed);
    eventually(SOON, "all are delivered", async || {
        running.hand.advance(Duration::from_secs(1));
        (running.count("select count(*) from deliveries where status = 2").await == 11).then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_response_4xx_is_that_webhooks_failure_and_opens_no_breaker() {
    let (running, receiver) = (Running::start().await, Receiver::start().await);
    let refusals = [400, 401, 402, 403, 404, 405, 409, 413, 415, 422, 451, 499];
    receiver.respond_next(refusals.repeat(2));
    let installation = running.app(1, &receiver).await;
    let refused: Vec<_> = (0..24).map(|_| running.webhook(1, installation)).collect();
    running.publish(&refused).await.await.unwrap();
    for webhook in &refused {
        let state = running.until_attempts(webhook, 1).await;
        assert_eq!(state.status(), DeliveryStatus::Pending, "{state:?}");
    }
    let webhook = running.webhook(1, installation);
    running.deliver(&webhook).await;
    assert_eq!(running.until(&webhook, DeliveryStatus::Delivered).await.attempts, 1);
    assert_eq!(running.count("select count(*) from endpoints").await, 0, "no breaker was ever open");
    // By the schedule, like every failure.
    running.hand.advance(Duration::from_secs(7));
    for webhook in &refused {
        assert_eq!(running.until(webhook, DeliveryStatus::Delivered).await.attempts, 2);
    }
}

#[tokio::test]
async fn a_probe_that_is_answered_4xx_closes_the_breaker() {
    let (running, receiver) = (Running::start().await, Receiver::start().await);
    broken_until(&receiver);
    let installation = running.app(1, &receiver).await;
    let first = until_broken(&running, installation).await;
    receiver.answer_with(|_, _| Answer::status(404));
    eventually(SOON, "the breaker is closed", async || {
        running.hand.advance(Duration::from_secs(1));
        (running.count("select count(*) from endpoints where breaker = 1").await == 1).then_some(())
    })
    .await;
    receiver.answer_with(|_, _| Answer::status(200));
    let webhook = running.webhook(1, installation);
    running.deliver(&webhook).await;
    assert_eq!(running.until(&webhook, DeliveryStatus::Delivered).await.attempts, 1);
    assert_eq!(first.len(), 10);
}

#[tokio::test]
async fn a_webhook_that_always_fails_is_not_the_probe_again_and_again() {
    let (running, receiver) = (Running::start().await, Receiver::start().await);
    let works = broken_until(&receiver);
    let installation = running.app(1, &receiver).await;
    let first = until_broken(&running, installation).await;
    // From now on only the first webhooks fail.
    works.store(true, Ordering::Relaxed);
    let failing: Vec<_> = first.iter().map(|one| Uuid::from_slice(&one.delivery_id).unwrap()).collect();
    let failing: Vec<_> = failing.iter().map(Uuid::to_string).collect();
    receiver.answer_with(move |_, request| {
        let id = request.header("webhook-id").unwrap();
        Answer::status(if failing.iter().any(|one| one == id) { 500 } else { 200 })
    });
    let webhook = running.webhook(1, installation);
    running.deliver(&webhook).await;
    running.until(&webhook, DeliveryStatus::Held).await;
    running.hand.advance(Duration::from_secs(31));
    assert_eq!(running.until(&webhook, DeliveryStatus::Delivered).await.attempts, 1, "it was the probe");
}

#[tokio::test]
async fn webhooks_about_installations_pass_an_open_breaker() {
    let (running, receiver) = (Running::start().await, Receiver::start().await);
    let works = broken_until(&receiver);
    let installation = running.app(1, &receiver).await;
    until_broken(&running, installation).await;
    let (created, waits) =
        (running.about_installation(1, installation, "created"), running.webhook(1, installation));
    running.publish(&[created.clone(), waits.clone()]).await.await.unwrap();
    running.until_attempts(&created, 1).await;
    running.until(&waits, DeliveryStatus::Held).await;
    works.store(true, Ordering::Relaxed);
    // Its retry, long before the first probe.
    running.hand.advance(Duration::from_secs(7));
    assert_eq!(running.until(&created, DeliveryStatus::Delivered).await.attempts, 2);
    let deleted = running.about_installation(1, installation, "deleted");
    running.deliver(&deleted).await;
    assert_eq!(running.until(&deleted, DeliveryStatus::Delivered).await.attempts, 1);
    assert_eq!(running.count("select count(*) from endpoints where breaker = 2").await, 1);
}

#[tokio::test]
async fn an_open_breaker_is_reported_once_also_after_a_restart() {
    let (mut running, receiver) = (Running::start().await, Receiver::start().await);
    broken_until(&receiver);
    let installation = running.app(1, &receiver).await;
    until_broken(&running, installation).await;
    let outages = eventually(SOON, "the outage is reported", async || {
        running.hand.advance(Duration::from_secs(3));
        Some(running.apps.outages()).filter(|outages| !outages.is_empty())
    })
    .await;
    assert_eq!(outages[0].app, "1");
    assert!(outages[0].since.is_some());
    eventually(SOON, "the report is stored", async || {
        (running.count("select count(*) from endpoints where reported_since is not null").await == 1)
            .then_some(())
    })
    .await;
    running.stop().await;
    running.start_again().await;
    // The next outage of another app comes later, and this one is not reported with it.
    let other = running.app(2, &receiver).await;
    let webhooks: Vec<_> = (0..10).map(|_| running.webhook(2, other)).collect();
    running.publish(&webhooks).await.await.unwrap();
    let outages = eventually(SOON, "the second outage is reported", async || {
        running.hand.advance(Duration::from_secs(3));
        Some(running.apps.outages()).filter(|outages| outages.len() > 1)
    })
    .await;
    assert_eq!(outages.iter().map(|outage| outage.app.as_str()).collect::<Vec<_>>(), ["1", "2"]);
}

#[tokio::test]
async fn another_apps_endpoint_is_not_concerned() {
    let (running, broken, healthy) =
        (Running::start().await, Receiver::start().await, Receiver::start().await);
    broken_until(&broken);
    let installation = running.app(1, &broken).await;
    until_broken(&running, installation).await;
    let webhook = running.webhook(2, running.app(2, &healthy).await);
    running.deliver(&webhook).await;
    assert_eq!(running.until(&webhook, DeliveryStatus::Delivered).await.attempts, 1);
}
