use std::collections::HashSet;
use std::time::Duration;

use patchbay_proto::installation::DeliverySettings;
use patchbay_proto::webhook_sender::{Delivery, DeliveryStatus};
use patchbay_testkit::Receiver;
use patchbay_testkit::receiver::Answer;

use crate::running::{BODY, Running, SOON};

#[tokio::test]
async fn what_fails_is_sent_again_with_the_same_bytes_and_id() {
    let (running, receiver) = (Running::start().await, Receiver::start().await);
    let webhook = running.webhook(1, running.app(1, &receiver).await);
    receiver.respond_next([500, 302]);
    running.deliver(&webhook).await;
    let state = running.until(&webhook, DeliveryStatus::Pending).await;
    assert_eq!((state.attempts, state.response_code, state.reason.as_str()), (1, 500, "status_500"));
    let wait = state.due_at.unwrap().seconds - 1_700_000_000;
    assert!((5..=6).contains(&wait), "the first pause of the schedule: {wait}");

    running.hand.advance(Duration::from_secs(7));
    receiver.wait_for(2, SOON).await;
    running.until_attempts(&webhook, 2).await;
    running.hand.advance(Duration::from_secs(361));
    let state = running.until(&webhook, DeliveryStatus::Delivered).await;
    assert_eq!((state.attempts, state.response_code), (3, 200));

    let requests = receiver.received();
    assert_eq!(requests.len(), 3);
    let values = |name| requests.iter().filter_map(|r| r.header(name)).collect::<Vec<_>>();
    assert!(requests.iter().all(|request| request.body == BODY.as_bytes()));
    assert_eq!(values("webhook-id").into_iter().collect::<HashSet<_>>().len(), 1);
    assert_eq!(values("request-id").into_iter().collect::<HashSet<_>>().len(), 3);
    assert_eq!(values("patchbay-attempt"), ["1", "2", "3"]);
    assert_eq!(values("patchbay-retry-reason"), ["status_500", "status_302"]);
    assert_eq!(values("webhook-timestamp"), ["1700000000", "1700000007", "1700000368"]);
    assert_eq!(values("sentry-hook-timestamp"), values("webhook-timestamp"));
    assert_eq!(running.count("select count(*) from attempts").await, 3);
    assert_eq!(running.count("select count(*) from attempts where body is not null").await, 0);
}

#[tokio::test]
async fn a_webhook_is_given_up_when_its_schedule_is_used_up() {
    let (running, receiver) = (Running::with(&[("RETRY_SCHEDULE", "1s,1s")]).await, Receiver::start().await);
    let webhook = running.webhook(1, running.app(1, &receiver).await);
    receiver.answer_with(|_, _| Answer::status(503));
    running.deliver(&webhook).await;
    for attempts in 2..=3 {
        running.hand.advance(Duration::from_secs(2));
        running.until_attempts(&webhook, attempts).await;
    }
    let state = running.until(&webhook, DeliveryStatus::Dead).await;
    assert_eq!((state.attempts, state.reason.as_str(), state.due_at), (3, "exhausted", None));
    running.hand.advance(Duration::from_secs(30 * 24 * 3600));
    running.stop().await;
    assert_eq!(receiver.received().len(), 3);
    assert!(running.metrics.encode().contains(r#"given_up_total{reason="exhausted"} 1"#));
}

#[tokio::test]
async fn gone_is_taken_at_its_word() {
    let (running, receiver) = (Running::start().await, Receiver::start().await);
    let webhook = running.webhook(1, running.app(1, &receiver).await);
    receiver.respond_next([410]);
    running.deliver(&webhook).await;
    let state = running.until(&webhook, DeliveryStatus::Dead).await;
    assert_eq!((state.attempts, state.response_code, state.reason.as_str()), (1, 410, "gone"));
}

#[tokio::test]
async fn an_app_that_asks_for_patience_gets_it() {
    let (running, receiver) = (Running::start().await, Receiver::start().await);
    let webhook = running.webhook(1, running.app(1, &receiver).await);
    receiver.answer_next([Answer::status(429).header("retry-after", 3600)]);
    running.deliver(&webhook).await;
    let state = running.until(&webhook, DeliveryStatus::Pending).await;
    assert_eq!(state.due_at.unwrap().seconds, 1_700_000_000 + 3600);
}

#[tokio::test]
async fn an_address_that_is_not_public_is_given_up_without_a_request() {
    let running = Running::with(&[("EGRESS_ALLOW", "192.0.2.1")]).await;
    let receiver = Receiver::start().await;
    let webhook = running.webhook(1, running.app(1, &receiver).await);
    running.deliver(&webhook).await;
    let state = running.until(&webhook, DeliveryStatus::Dead).await;
    assert_eq!((state.attempts, state.reason.as_str()), (1, "blocked"));
    assert!(receiver.received().is_empty());
}

#[tokio::test]
async fn an_answer_that_does_not_come_is_a_failure() {
    let (running, receiver) = (Running::with(&[("WEBHOOK_TIMEOUT", "300ms")]).await, Receiver::start().await);
    let webhook = running.webhook(1, running.app(1, &receiver).await);
    receiver.answer_next([Answer::hang(), Answer::hang_up()]);
    running.deliver(&webhook).await;
    let state = running.until(&webhook, DeliveryStatus::Pending).await;
    assert_eq!((state.attempts, state.reason.as_str(), state.response_code), (1, "timeout_headers", 0));
    running.hand.advance(Duration::from_secs(7));
    assert_eq!(running.until_attempts(&webhook, 2).await.reason, "reset");
    running.hand.advance(Duration::from_secs(361));
    running.until(&webhook, DeliveryStatus::Delivered).await;
    let requests = receiver.received();
    assert_eq!(requests[2].header("patchbay-retry-reason"), Some("reset"));
    let page = running.metrics.encode();
    assert!(page.contains(r#"attempts_total{outcome="no_answer",cause="timeout_headers"} 1"#), "{page}");
}

#[tokio::test]
async fn an_app_has_a_timeout_and_a_schedule_of_its_own() {
    let (mut running, receiver) =
        (Running::stopped(&[("WEBHOOK_TIMEOUT", "10m")]).await, Receiver::start().await);
    let webhook = running.webhook(1, running.app(1, &receiver).await);
    let settings = DeliverySettings { timeout_ms: 500, retry_delays_seconds: vec![60], ..Default::default() };
    running.apps.change_endpoint(1, |endpoint| endpoint.delivery = Some(settings));
    running.start_again().await;
    receiver.answer_with(|_, _| Answer::hang());
    running.deliver(&webhook).await;
    let state = running.until_attempts(&webhook, 1).await;
    assert_eq!((state.status(), state.reason.as_str()), (DeliveryStatus::Pending, "timeout_headers"));
    running.hand.advance(Duration::from_secs(73));
    let state = running.until(&webhook, DeliveryStatus::Dead).await;
    assert_eq!((state.attempts, state.reason.as_str()), (2, "exhausted"));
}

#[tokio::test]
async fn a_grant_code_reaches_its_app_at_every_attempt_and_stands_in_no_log() {
    let (running, receiver) = (Running::start().await, Receiver::start().await);
    let body = r#"{"action":"created","data":{"installation":{"code":"f3c71b491e39","uuid":"a8e5"}}}"#;
    let webhook = Delivery {
        resource: "installation".into(),
        body: body.into(),
        ..running.webhook(1, running.app(1, &receiver).await)
    };
    // It echoes what it was sent.
    receiver.answer_with(|number, request| {
        let status = if number == 0 { 500 } else { 200 };
        Answer::status(status).body([b"you sent ", request.body.as_ref()].concat())
    });
    running.publish(std::slice::from_ref(&webhook)).await.await.unwrap();
    running.until(&webhook, DeliveryStatus::Pending).await;
    let shown = format!("{:?}", running.requests(1).await);
    assert!(shown.contains("you sent") && !shown.contains("f3c71b491e39"), "{shown}");

    running.hand.advance(Duration::from_secs(7));
    running.until(&webhook, DeliveryStatus::Delivered).await;
    let received = receiver.received();
    assert_eq!(received.iter().map(|request| &request.body[..]).collect::<Vec<_>>(), [body.as_bytes(); 2]);
    let shown = format!("{:?}", running.requests(1).await);
    assert!(shown.contains("you sent") && !shown.contains("f3c71b491e39"), "{shown}");
}
