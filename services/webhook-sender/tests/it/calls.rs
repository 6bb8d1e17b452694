use hmac::{Hmac, KeyInit, Mac};
use patchbay_proto::webhook_sender::{CallMethod, CallRequest, ListRequestsRequest, QueryPair};
use patchbay_rpc::status::to_error;
use patchbay_testkit::Receiver;
use patchbay_testkit::receiver::Answer;
use sha2::Sha256;
use uuid::Uuid;

use crate::running::{Running, SECRET};

fn signature(body: &[u8]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).unwrap();
    mac.update(body);
    hex::encode(mac.finalize().into_bytes())
}

fn get(installation: Uuid) -> CallRequest {
    CallRequest {
        app: "app-1".into(),
        installation_uuid: installation.to_string(),
        organization_id: 7,
        event_type: "select_options.requested".into(),
        method: CallMethod::Get.into(),
        uri: "/options".into(),
        query: vec![QueryPair { name: "query".into(), value: "é &".into() }],
        ..Default::default()
    }
}

#[tokio::test]
async fn a_component_asks_its_app_and_gets_the_answer_whatever_it_is() {
    let (running, receiver) = (Running::start().await, Receiver::start().await);
    let installation = running.app(1, &receiver).await;
    receiver.answer_next([Answer::json(r#"[{"label":"A","value":"a"}]"#), Answer::status(422).body("no")]);
    let mut webhooks = running.webhooks.clone();
    let options = webhooks.call(patchbay_rpc::request(get(installation))).await.unwrap().into_inner();
    assert_eq!((options.response_code, options.error.as_str()), (200, ""));
    assert_eq!(&options.body[..], br#"[{"label":"A","value":"a"}]"#);
    let body = r#"{"fields":{"title":"Zoë"}}"#;
    let post = CallRequest {
        method: CallMethod::Post.into(),
        event_type: "external_issue.created".into(),
        uri: "/issues".into(),
        query: vec![],
        body: body.into(),
        ..get(installation)
    };
    let refused = webhooks.call(patchbay_rpc::request(post)).await.unwrap().into_inner();
    assert_eq!((refused.response_code, &refused.body[..]), (422, &b"no"[..]));

    let requests = receiver.received();
    assert_eq!((requests[0].method.as_str(), requests[0].path.as_str()), ("GET", "/options"));
    assert_eq!(requests[0].query, "query=%C3%A9+%26");
    assert_eq!(requests[0].header("sentry-app-signature"), Some(signature(b"").as_str()));
    assert_eq!((requests[1].method.as_str(), &requests[1].body[..]), ("POST", body.as_bytes()));
    assert_eq!(requests[1].header("sentry-app-signature"), Some(signature(body.as_bytes()).as_str()));
    assert_eq!(requests[1].header("request-id").unwrap().len(), 32);

    let log = patchbay_testkit::eventually(crate::running::SOON, "both are in the log", async || {
        Some(running.requests(1).await).filter(|log| log.len() == 2)
    })
    .await;
    let created = log.iter().find(|request| request.event_type == "external_issue.created").unwrap();
    assert_eq!((created.response_code, created.request_body.as_str()), (422, body));
    assert_eq!(created.response_body, "no");
    assert_eq!(running.count("select count(*) from deliveries").await, 0, "never made again");
    let whole = ListRequestsRequest { app: "1".into(), with_bodies: true, ..Default::default() };
    let whole = webhooks.list_requests(patchbay_rpc::request(whole)).await.unwrap().into_inner();
    let options = r#"[{"label":"A","value":"a"}]"#;
    assert!(whole.requests.iter().any(|request| request.response_body == options), "{whole:?}");
}

#[tokio::test]
async fn without_an_answer_the_cause_is_told() {
    let (running, receiver) = (Running::start().await, Receiver::start().await);
    let installation = running.app(1, &receiver).await;
    receiver.answer_with(|_, _| Answer::hang());
    let slow = CallRequest { timeout_ms: 100, ..get(installation) };
    let answer = running.webhooks.clone().call(patchbay_rpc::request(slow)).await.unwrap().into_inner();
    assert_eq!((answer.response_code, answer.error.as_str()), (0, "timeout_headers"));
}

#[tokio::test]
async fn what_cannot_be_called_is_refused() {
    let (running, receiver) = (Running::start().await, Receiver::start().await);
    let installation = running.app(1, &receiver).await;
    let good = get(installation);
    let cases = [
        (CallRequest { app: "unknown".into(), ..good.clone() }, "APP_NOT_FOUND"),
        (CallRequest { uri: "//evil.example/".into(), ..good.clone() }, "URI_CHANGES_HOST"),
        (CallRequest { uri: "/@evil".into(), ..good.clone() }, "URI_INVALID"),
        (CallRequest { event_type: "select".into(), ..good.clone() }, "INVALID_FIELD"),
        (CallRequest { body: "x".into(), ..good.clone() }, "INVALID_FIELD"),
        (CallRequest { installation_uuid: "x".into(), ..good }, "INVALID_FIELD"),
    ];
    for (request, reason) in cases {
        let refused = running.webhooks.clone().call(patchbay_rpc::request(request)).await.unwrap_err();
        assert_eq!(to_error(&refused).reason, reason);
    }
    assert!(receiver.received().is_empty());
}
