use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use patchbay_testkit::Receiver;
use patchbay_webhook_signature::{Secret, Verifier};
use sha2::Sha256;
use uuid::Uuid;

use crate::running::{BODY, Running, SECRET, SOON};

fn hmac(key: &[u8], message: &[u8]) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
    mac.update(message);
    mac.finalize().into_bytes().to_vec()
}

#[tokio::test]
async fn an_attempt_carries_the_headers_of_both_families() {
    let (mut running, receiver) = (Running::stopped(&[]).await, Receiver::start().await);
    let installation = running.app(1, &receiver).await;
    running.apps.change_endpoint(1, |endpoint| {
        endpoint.webhook_headers = vec!["X-Api-Key: hunter2".into(), "Sentry-Hook-Resource: mine".into()];
    });
    running.start_again().await;
    let mut webhook = running.webhook(1, installation);
    webhook.traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01".into();
    running.deliver(&webhook).await;

    let requests = receiver.wait_until(|requests| !requests.is_empty(), SOON).await;
    let request = &requests[0];
    let id = Uuid::from_slice(&webhook.delivery_id).unwrap().to_string();
    // The clock stands still, so every value is known but the request's own id.
    let signed = [id.as_bytes(), b".1700000000.", BODY.as_bytes()].concat();
    let standard = STANDARD.encode(hmac(&hex::decode(SECRET).unwrap(), &signed));
    let expected = [
        ("content-type", "application/json".to_owned()),
        ("content-length", BODY.len().to_string()),
        ("user-agent", concat!("Patchbay/", env!("CARGO_PKG_VERSION")).to_owned()),
        ("sentry-hook-resource", "issue".to_owned()),
        ("sentry-hook-timestamp", "1700000000".to_owned()),
        ("sentry-hook-signature", hex::encode(hmac(SECRET.as_bytes(), BODY.as_bytes()))),
        ("webhook-id", id.clone()),
        ("webhook-timestamp", "1700000000".to_owned()),
        ("webhook-signature", format!("v1,{standard}")),
        ("patchbay-attempt", "1".to_owned()),
        ("traceparent", webhook.traceparent.clone()),
        ("x-api-key", "hunter2".to_owned()),
        ("accept", "*/*".to_owned()),
        ("host", receiver.address().to_string()),
    ];
    for (name, value) in &expected {
        assert_eq!(request.header(name), Some(value.as_str()), "{name}");
    }
    assert_eq!(request.header("accept-encoding"), Some("identity"));
    let request_id = request.header("request-id").unwrap();
    assert!(request_id.len() == 32 && Uuid::parse_str(request_id).unwrap().get_version_num() == 4);
    let mut names: Vec<_> = request.headers.keys().map(|name| name.as_str()).collect();
    names.sort_unstable();
    let mut known: Vec<_> =
        expected.iter().map(|(name, _)| *name).chain(["request-id", "accept-encoding"]).collect();
    known.sort_unstable();
    assert_eq!(names, known, "no other header is sent");

    let verifier = Verifier::new([&Secret::from_client_secret(SECRET).unwrap()]);
    let header = |name| request.header(name).unwrap();
    verifier.sentry(header("sentry-hook-signature"), &request.body).unwrap();
    let (timestamp, signature) = (header("webhook-timestamp"), header("webhook-signature"));
    verifier.standard(&id, timestamp, signature, &request.body, 1_700_000_000).unwrap();
    verifier.standard(&id, "1700000001", signature, &request.body, 1_700_000_000).unwrap_err();
}

#[tokio::test]
async fn during_a_rotation_both_secrets_sign() {
    let (running, receiver) = (Running::start().await, Receiver::start().await);
    let installation = running.app(1, &receiver).await;
    let new = "ab".repeat(32);
    running.apps.change_endpoint(1, |endpoint| endpoint.client_secrets.insert(0, new.clone()));
    // The change is on its way: of webhooks sent one after another all are signed anew from some point on.
    let request = loop {
        receiver.clear();
        running.publish(&[running.webhook(1, installation)]).await.await.unwrap();
        let request = receiver.received().remove(0);
        if request.header("webhook-signature").unwrap().contains(' ') {
            break request;
        }
    };
    let header = |name| request.header(name).unwrap();
    for secret in [SECRET, &new] {
        let verifier = Verifier::new([&Secret::from_client_secret(secret).unwrap()]);
        let (id, timestamp) = (header("webhook-id"), header("webhook-timestamp"));
        verifier.standard(id, timestamp, header("webhook-signature"), &request.body, 1_700_000_000).unwrap();
    }
    let newest = Verifier::new([&Secret::from_client_secret(&new).unwrap()]);
    newest.sentry(header("sentry-hook-signature"), &request.body).unwrap();
}
