use patchbay_bus::Queue;
use patchbay_proto::event_fanout::PublishRequest;
use patchbay_rpc::request;
use patchbay_testkit::eventually;
use prost::Message;
use serde_json::{Value, json};

use crate::service::{SOON, each, issue, reason};

#[tokio::test]
async fn an_opened_issue_is_published_once() {
    each(|tracker| async move {
        let acme = tracker.organization("Acme").await;
        let project = tracker.project("acme", "Front End").await;
        let opened = tracker.issue("acme", "front-end", "boom").await;

        let mut consumer = tracker.bus.consume(Queue::EventFanout, 10);
        let delivery = consumer.next().await.unwrap();
        assert_eq!(delivery.key, "issue.created");
        let event = PublishRequest::decode(delivery.body.clone()).unwrap();
        delivery.ack();

        let mut document: Value = serde_json::from_slice(&opened.document_json).unwrap();
        let links = [
            ("url", format!("https://patchbay.example/api/0/issues/{}/", opened.id)),
            ("web_url", format!("https://patchbay.example/organizations/acme/issues/{}/", opened.id)),
            ("project_url", "https://patchbay.example/api/0/projects/acme/front-end/".to_owned()),
        ];
        for (key, link) in links {
            document[key] = json!(link);
        }
        assert_eq!(std::str::from_utf8(&event.data_json).unwrap(), json!({"issue": document}).to_string());
        let expected = PublishRequest {
            organization_id: acme.id,
            resource: "issue".to_owned(),
            action: "created".to_owned(),
            data_json: event.data_json.clone(),
            actor: None,
            project_id: project.id,
            targets: Vec::new(),
            idempotency_key: format!("issue.created:{}", opened.id),
            ..PublishRequest::default()
        };
        assert_eq!(event, expected);

        eventually(SOON, "the outbox is empty", async || {
            tracker.db.outbox_batch(1).await.unwrap().is_empty().then_some(())
        })
        .await;
    })
    .await;
}

#[tokio::test]
async fn a_refused_issue_is_not_published() {
    each(|tracker| async move {
        tracker.organization("Acme").await;
        tracker.project("acme", "Front End").await;
        let answer = tracker.issues().create_issue(request(issue("acme", "front-end", ""))).await;
        assert_eq!(reason(answer), "INVALID_FIELD");
        let opened = tracker.issue("acme", "front-end", "boom").await;
        assert_eq!(opened.short_id, "FRONT-END-1", "no number was used up");

        let delivery = tracker.bus.consume(Queue::EventFanout, 10).next().await.unwrap();
        let event = PublishRequest::decode(delivery.body.clone()).unwrap();
        assert_eq!(event.idempotency_key, format!("issue.created:{}", opened.id));
        delivery.ack();
    })
    .await;
}
