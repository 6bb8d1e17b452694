use patchbay_domain::Caller;
use patchbay_proto::installation::PutEventTypeRequest;
use patchbay_proto::installation::event_types_client::EventTypesClient;
use patchbay_rpc::request_as;
use patchbay_testkit::{Receiver, eventually};
use serde_json::json;

use crate::platform::{Platform, SOON};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn webhooks_of_an_event_type_of_the_operators_own_are_found_in_the_log() {
    let (platform, receiver) = (Platform::start(&[]).await, Receiver::start().await);
    let deploy = PutEventTypeRequest {
        resource: "deploy".into(),
        action: "finished".into(),
        scope: "project:read".into(),
        schema_json: String::new(),
    };
    let mut types = EventTypesClient::new(platform.running.channel.clone());
    types.put_event_type(request_as(&Caller::Operator, deploy)).await.unwrap();
    let app = platform.app("Deploys", &receiver.url("/"), json!({ "events": ["deploy", "error"] })).await;
    platform.publish(platform.event("error", "created")).await;
    // The publishing process learns of the type a moment later.
    eventually(SOON, "the type is known", async || {
        let event = patchbay_rpc::request(platform.event("deploy", "finished"));
        platform.clients.events.clone().publish(event).await.ok()
    })
    .await;
    receiver.wait_for(2, SOON).await;
    let log = format!("/api/0/sentry-apps/{app}/webhook-requests/?eventType=deploy.finished");
    let found = eventually(SOON, "it is in the log", async || {
        Some(platform.get(&log).await).filter(|log| log.as_array().is_some_and(|rows| !rows.is_empty()))
    })
    .await;
    assert_eq!(found.as_array().unwrap().len(), 1, "and nothing else: {found}");
    assert_eq!(found[0]["eventType"], "deploy.finished");
    platform.stop().await;
}
