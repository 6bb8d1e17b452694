//! Payloads as Sentry's documentation shows them, from the producer's data to the body that is sent.

use patchbay_proto::event_fanout::target::Receiver;
use patchbay_proto::event_fanout::{PublishRequest, Target};
use patchbay_proto::installation::Subscription;
use serde_json::Value;

use crate::requests::{issue_created, subscription};
use crate::service::{deliveries, run};

const INSTALLATION: &str = "a8e5d37a-696c-4c54-adb5-b3f28d64c7de";

/// The document without the spaces between its tokens. Nothing else: numbers, escapes and order stay as they are.
fn compacted(document: &str) -> String {
    let (mut in_string, mut escaped) = (false, false);
    let is_kept = |character: &char| {
        let was_in_string = in_string;
        match character {
            _ if escaped => escaped = false,
            '\\' if in_string => escaped = true,
            '"' => in_string = !in_string,
            _ => {}
        }
        was_in_string || !character.is_ascii_whitespace()
    };
    document.chars().filter(is_kept).collect()
}

async fn delivered(resource: &str, action: &str, document: &str, targets: Vec<Target>) -> String {
    let installed = Subscription { installation_uuid: INSTALLATION.into(), ..subscription(1) };
    let service = run(vec![installed]).await;
    // As a producer would cut it out: with the spaces and all.
    let data =
        &document[document.find(r#""data":"#).unwrap() + 7..document.find(r#""installation":"#).unwrap()];
    let data = data.trim().trim_end_matches(',').to_owned();
    serde_json::from_str::<Value>(&data).expect("the data are an object");
    let request = PublishRequest {
        resource: resource.into(),
        action: action.into(),
        data_json: data.into(),
        targets,
        ..issue_created()
    };
    service.publish(request).await.unwrap();
    let delivery = deliveries(&mut service.sender(), 1).await.remove(0);
    assert_eq!((delivery.resource.as_str(), delivery.action.as_str()), (resource, action));
    String::from_utf8(delivery.body.to_vec()).unwrap()
}

#[tokio::test]
async fn a_created_error_is_sent_byte_for_byte_as_documented() {
    let document = include_str!("../golden/error.created.json");
    assert_eq!(delivered("error", "created", document, vec![]).await, compacted(document));
}

#[tokio::test]
async fn a_triggered_alert_is_sent_byte_for_byte_as_documented() {
    let document = include_str!("../golden/event_alert.triggered.json");
    let target = Target { receiver: Some(Receiver::AppSlug("app-1".into())), app_id: 0 };
    assert_eq!(delivered("event_alert", "triggered", document, vec![target]).await, compacted(document));
}
