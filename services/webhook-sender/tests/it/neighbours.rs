use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use patchbay_proto::webhook_sender::DeliveryStatus;
use patchbay_testkit::receiver::Answer;
use patchbay_testkit::{Receiver, eventually};

use crate::running::{Running, SOON};

#[tokio::test]
async fn an_endpoint_that_hangs_delays_nobody_else() {
    // Far fewer places in memory than webhooks for the slow one, and a timeout beyond the test's patience.
    let settings = [("DELIVERY_WINDOW", "32"), ("ATTEMPT_CONCURRENCY", "16"), ("WEBHOOK_TIMEOUT", "10m")];
    let (running, slow, fast) =
        (Running::with(&settings).await, Receiver::start().await, Receiver::start().await);
    slow.answer_with(|_, _| Answer::hang());
    let (to_slow, to_fast) = (running.app(1, &slow).await, running.app(2, &fast).await);
    let for_slow: Vec<_> = (0..200).map(|_| running.webhook(1, to_slow)).collect();
    let mut confirms = Vec::new();
    for chunk in for_slow.chunks(10) {
        confirms.push(running.publish(chunk).await);
    }
    let for_fast: Vec<_> = (0..100).map(|_| running.webhook(2, to_fast)).collect();
    for webhook in &for_fast {
        confirms.push(running.publish(std::slice::from_ref(webhook)).await);
    }
    fast.wait_for(100, SOON).await;
    // Even the messages of the slow one are not held up: what it has not answered is in the database.
    for confirm in confirms {
        tokio::time::timeout(SOON, confirm).await.unwrap().unwrap();
    }
    assert_eq!(slow.received().len(), 8, "no more than its places");
    assert_eq!(running.count("select count(*) from deliveries where app_id = 1 and status = 1").await, 200);
    assert_eq!(running.count("select count(*) from attempts where app_id = 2 and delivered").await, 100);
    running.kill().await;
}

#[tokio::test]
async fn a_backlog_is_drained_once_the_endpoint_answers_and_nothing_is_sent_twice() {
    let settings = [("WEBHOOK_TIMEOUT", "400ms"), ("ENDPOINT_CONCURRENCY", "2")];
    let (running, receiver) = (Running::with(&settings).await, Receiver::start().await);
    let recovered = Arc::new(AtomicBool::new(false));
    let answers = recovered.clone();
    receiver.answer_with(
        move |_, _| {
            if answers.load(Ordering::Relaxed) { Answer::status(200) } else { Answer::hang() }
        },
    );
    let installation = running.app(1, &receiver).await;
    let webhooks: Vec<_> = (0..50).map(|_| running.webhook(1, installation)).collect();
    running.publish(&webhooks).await.await.unwrap();
    recovered.store(true, Ordering::Relaxed);
    eventually(SOON, "all are delivered", async || {
        running.hand.advance(Duration::from_secs(1));
        let delivered = "select count(*) from deliveries where status = 2";
        let at_once = "select count(*) from attempts where body is not null";
        (running.count(delivered).await + running.count(at_once).await == 50).then_some(())
    })
    .await;
    for webhook in &webhooks {
        running.until(webhook, DeliveryStatus::Delivered).await;
    }
    let successes = "select count(*) from attempts where delivered";
    assert_eq!(running.count(successes).await, 50);
    running.stop().await;
    let attempts = running.count("select count(*) from attempts").await;
    assert_eq!(receiver.received().len() as i64, attempts, "every request is on record");
}

#[tokio::test]
async fn a_slow_first_attempt_lets_its_message_go_and_is_recorded_all_the_same() {
    let (running, receiver) = (Running::start().await, Receiver::start().await);
    receiver.answer_with(|_, _| Answer::status(200).after(Duration::from_secs(3)));
    let webhook = running.webhook(1, running.app(1, &receiver).await);
    running.deliver(&webhook).await;
    let state = running.state(&webhook).await.unwrap();
    assert_eq!((state.status(), state.attempts, state.reason.as_str()), (DeliveryStatus::Pending, 0, "slow"));
    let state = running.until(&webhook, DeliveryStatus::Delivered).await;
    assert_eq!((state.attempts, state.response_code), (1, 200));
    assert_eq!(receiver.received().len(), 1);
}

#[tokio::test]
async fn one_of_fifty_endpoints_that_hangs_with_half_of_the_webhooks_holds_up_none_of_the_others() {
    let settings = [("DELIVERY_WINDOW", "256"), ("ATTEMPT_CONCURRENCY", "64"), ("WEBHOOK_TIMEOUT", "10m")];
    let (mut running, slow, fast) =
        (Running::stopped(&settings).await, Receiver::start().await, Receiver::start().await);
    slow.answer_with(|_, _| Answer::hang());
    let to_slow = running.app(1, &slow).await;
    let mut others = Vec::new();
    for app in 2..=50 {
        others.push((app, running.app(app, &fast).await));
    }
    running.start_again().await;
    let mut mixed = Vec::new();
    for _ in 0..10 {
        for (app, installation) in &others {
            mixed.push(running.webhook(*app, *installation));
            mixed.push(running.webhook(1, to_slow));
        }
    }
    let mut confirms = Vec::new();
    for part in mixed.chunks(49) {
        confirms.push(running.publish(part).await);
    }
    // All of the others arrive, each at its first attempt, while the slow one has not answered a single time.
    let requests = fast.wait_for(490, SOON).await;
    assert!(requests.iter().all(|request| request.header("patchbay-attempt") == Some("1")));
    for confirm in confirms {
        tokio::time::timeout(SOON, confirm).await.unwrap().unwrap();
    }
    assert_eq!(running.count("select count(*) from attempts where app_id = 1").await, 0);
    assert_eq!(running.count("select count(*) from attempts where app_id > 1 and delivered").await, 490);
    assert_eq!(running.count("select count(*) from deliveries where app_id = 1 and status = 1").await, 490);
    running.kill().await;
}
