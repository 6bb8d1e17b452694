use patchbay_domain::ErrorKind;
use patchbay_proto::event_fanout::{PublishBatchRequest, PublishBatchResponse, PublishRequest};
use patchbay_rpc::{request, status};
use uuid::Uuid;

use crate::requests::{issue_created, subscription, with_key};
use crate::service::{Service, deliveries, run};

async fn publish(
    service: &Service,
    events: Vec<PublishRequest>,
) -> Result<PublishBatchResponse, patchbay_domain::Error> {
    let answer = service.client.clone().publish_batch(request(PublishBatchRequest { events })).await;
    answer.map(tonic::Response::into_inner).map_err(|refusal| status::to_error(&refusal))
}

#[tokio::test]
async fn a_batch_is_accepted_as_a_whole_and_delivered_in_its_order() {
    let service = run(vec![subscription(1)]).await;
    let answer = publish(&service, vec![issue_created(); 1000]).await.unwrap();
    let answered: Vec<_> = answer.events.iter().map(|event| event.event_id.clone()).collect();
    let delivered = deliveries(&mut service.sender(), 1000).await;
    let delivered: Vec<_> =
        delivered.iter().map(|one| Uuid::from_slice(&one.event_id).unwrap().to_string()).collect();
    assert_eq!(delivered, answered);
}

#[tokio::test]
async fn one_wrong_event_refuses_the_batch_and_nothing_of_it_is_accepted() {
    let service = run(vec![subscription(1)]).await;
    let wrong = PublishRequest { organization_id: 0, ..issue_created() };
    let refusal = publish(&service, vec![with_key("a"), wrong, with_key("b")]).await.unwrap_err();
    assert_eq!(refusal.reason, "ORGANIZATION_REQUIRED");
    assert!(refusal.message.starts_with("events[1]"), "{}", refusal.message);
    let answer = publish(&service, vec![with_key("a"), with_key("b")]).await.unwrap();
    assert!(answer.events.iter().all(|event| !event.duplicate), "their keys are still free");
}

#[tokio::test]
async fn a_key_with_a_control_character_refuses_the_batch_and_its_event_and_field_are_named() {
    let service = run(vec![subscription(1)]).await;
    let mut events = vec![issue_created(); 10];
    events[3].ordering_key = "a\0b".into();
    let refusal = publish(&service, events).await.unwrap_err();
    let fields: Vec<_> = refusal.fields.iter().map(|broken| broken.field.as_str()).collect();
    assert_eq!((refusal.kind, fields), (ErrorKind::Invalid, vec!["events[3].ordering_key"]));
}

#[tokio::test]
async fn duplicates_are_told_one_by_one() {
    let service = run(vec![]).await;
    let known = service.publish(with_key("a")).await.unwrap();
    let answer = publish(&service, vec![with_key("b"), with_key("a"), with_key("b")]).await.unwrap();
    let duplicates: Vec<_> = answer.events.iter().map(|event| event.duplicate).collect();
    assert_eq!(duplicates, [false, true, true]);
    assert_eq!(answer.events[1].event_id, known.event_id);
    assert_eq!(answer.events[2].event_id, answer.events[0].event_id);
}

#[tokio::test]
async fn a_batch_has_at_most_a_thousand_events_and_may_have_none() {
    let service = run(vec![]).await;
    let refusal = publish(&service, vec![issue_created(); 1001]).await.unwrap_err();
    assert_eq!(refusal.reason, "BATCH_TOO_LARGE");
    assert!(publish(&service, vec![]).await.unwrap().events.is_empty());
}

#[tokio::test]
async fn a_batch_over_the_message_limit_is_refused_with_a_reason_and_the_limit() {
    let service = run(vec![]).await;
    let large = PublishRequest {
        data_json: format!(r#"{{"a":"{}"}}"#, "x".repeat(1_000_000)).into(),
        ..issue_created()
    };
    let refusal = publish(&service, vec![large.clone(); 40]).await.unwrap_err();
    assert_eq!((refusal.kind, refusal.reason.as_ref()), (ErrorKind::TooLarge, "MESSAGE_TOO_LARGE"));
    assert!(refusal.message.contains("the limit is 16777216"), "{}", refusal.message);
    assert_eq!(publish(&service, vec![large; 16]).await.unwrap().events.len(), 16);
}

#[tokio::test]
async fn a_key_that_is_used_for_another_event_is_told_in_the_answer_and_counted() {
    let service = run(vec![]).await;
    let other = PublishRequest { data_json: r#"{"issue":{"id":"other"}}"#.into(), ..with_key("a") };
    let answer = publish(&service, vec![with_key("a"), other.clone(), with_key("a")]).await.unwrap();
    let differs: Vec<_> =
        answer.events.iter().map(|event| (event.duplicate, event.content_differs)).collect();
    assert_eq!(differs, [(false, false), (true, true), (true, false)]);
    let again = service.publish(other).await.unwrap();
    assert!(again.duplicate && again.content_differs);
    assert_eq!(service.metrics.key_conflicts.get(), 2);
}
