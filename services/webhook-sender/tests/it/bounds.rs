use std::time::Duration;

use patchbay_proto::webhook_sender::DeliveryStatus;
use patchbay_testkit::Receiver;
use patchbay_testkit::receiver::Answer;

use crate::running::{Running, SECRET};

#[tokio::test]
async fn an_answer_without_an_end_is_an_answer() {
    let (running, receiver) = (Running::with(&[("WEBHOOK_TIMEOUT", "500ms")]).await, Receiver::start().await);
    let installation = running.app(1, &receiver).await;
    receiver.answer_next([Answer::huge(100 * 1024), Answer::drip("x", Duration::from_millis(50), 1_000_000)]);
    for _ in 0..2 {
        let webhook = running.webhook(1, installation);
        running.deliver(&webhook).await;
        let state = running.until(&webhook, DeliveryStatus::Delivered).await;
        assert_eq!((state.attempts, state.response_code), (1, 200));
    }
}

#[tokio::test]
async fn what_is_kept_of_a_failure_is_bounded_and_holds_no_credentials() {
    let (mut running, receiver) = (Running::stopped(&[]).await, Receiver::start().await);
    let installation = running.app(1, &receiver).await;
    running.apps.change_endpoint(1, |endpoint| endpoint.webhook_headers = vec!["X-Api-Key: hunter2".into()]);
    running.start_again().await;
    receiver.answer_with(|_, request| {
        let echo = format!("\0{:?} {}", request.headers, "y".repeat(200_000));
        Answer::status(500).body(echo)
    });
    let mut webhook = running.webhook(1, installation);
    webhook.body = format!(r#"{{"data":"{}"}}"#, "é".repeat(5000)).into();
    running.deliver(&webhook).await;
    running.until(&webhook, DeliveryStatus::Pending).await;
    let requests = running.requests(1).await;
    let request = &requests[0];
    assert_eq!(receiver.received()[0].header("x-api-key"), Some("hunter2"));
    assert_eq!(request.request_headers["X-Api-Key"], "********");
    assert_eq!(request.request_headers["Sentry-Hook-Resource"], "issue");
    assert_eq!(request.request_body.chars().count(), 1024);
    assert_eq!(request.response_body.chars().count(), 1024);
    let shown = format!("{requests:?}");
    assert!(!shown.contains("hunter2") && !shown.contains(SECRET), "{shown}");
}
