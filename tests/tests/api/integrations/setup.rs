use patchbay_provider::Failure;
use serde_json::json;

use super::Owner;
use crate::server::Server;

const PATH: &str = "pipeline/integration_pipeline/";

#[tokio::test(flavor = "multi_thread")]
async fn a_setup_goes_from_step_to_step_as_the_contract_says() {
    let server = Server::start().await;
    let owner = Owner::new(&server).await;
    owner.home("GET", PATH, None).await.reads(404, r#"{"detail":"No active pipeline session."}"#);
    let first = r#"{"step":"config","stepIndex":0,"totalSteps":2,"provider":"slate","data":{"host":"proposed.test"}}"#;
    let initial = json!({ "host": "proposed.test", "unknown": 1 });
    let start = json!({ "action": "initialize", "provider": "slate", "initialData": initial });
    owner.home("POST", PATH, Some(start)).await.reads(200, first);
    owner.home("GET", PATH, None).await.reads(200, first);

    let wrong = owner.home("POST", PATH, Some(json!({ "host": "one.test" }))).await;
    wrong.reads(400, r#"{"secret":["This field is required."]}"#);
    let fields = json!({ "host": "one.test", "secret": "hush-hush" });
    let next = owner.home("POST", PATH, Some(fields)).await;
    let step = json!({
        "status": "advance", "step": "confirm", "stepIndex": 1, "totalSteps": 2, "provider": "slate",
        "data": { "host": "one.test" },
    });
    assert_eq!((next.status, next.json()), (200, step));
    let failed = owner.home("POST", PATH, Some(json!({ "answer": "no" }))).await.json();
    assert_eq!(failed, json!({ "status": "error", "data": { "detail": "The answer has to be yes." } }));
    server.slate.world().fails = Some(Failure::refused("Could not create issue webhook in Slate. "));
    let failed = owner.home("POST", PATH, Some(json!({ "answer": "yes" }))).await;
    assert_eq!((failed.status, failed.json()["status"].clone()), (400, json!("error")));

    let done = owner.home("POST", PATH, Some(json!({ "answer": "yes" }))).await;
    let data = &done.json()["data"];
    assert_eq!((done.status, done.json()["status"].clone()), (200, json!("complete")));
    assert_eq!(
        (&data["name"], &data["domainName"], &data["status"]),
        (&json!("Our slate"), &json!("one.test"), &json!("active"))
    );
    owner.home("GET", PATH, None).await.reads(404, r#"{"detail":"No active pipeline session."}"#);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_setup_is_refused_as_the_contract_says() {
    let server = Server::start().await;
    let owner = Owner::new(&server).await;
    let start = |provider: &str| Some(json!({ "action": "initialize", "provider": provider }));
    let missing = owner.home("POST", PATH, Some(json!({ "action": "initialize" }))).await;
    missing.reads(400, r#"{"detail":"provider is required."}"#);
    owner.home("POST", PATH, start("x")).await.reads(404, r#"{"detail":"Unknown provider: x"}"#);
    let other = "pipeline/identity_provider/";
    owner.home("GET", other, None).await.reads(404, r#"{"detail":"Invalid pipeline type"}"#);
    owner.home("POST", other, start("slate")).await.reads(404, r#"{"detail":"Invalid pipeline type"}"#);
    let none = owner.home("POST", PATH, Some(json!({ "host": "one.test" }))).await;
    none.reads(404, r#"{"detail":"No active pipeline session."}"#);
}
