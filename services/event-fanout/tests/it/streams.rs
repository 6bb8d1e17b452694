use futures::StreamExt;
use futures::stream::{iter, pending};
use patchbay_domain::{Caller, ErrorKind};
use patchbay_proto::event_fanout::publish_stream_response::Outcome;
use patchbay_proto::event_fanout::{PublishRequest, PublishStreamRequest};
use patchbay_rpc::status::to_error;
use uuid::Uuid;

use crate::requests::{issue_created, subscription, with_key};
use crate::service::{SOON, deliveries, run};

fn tagged(tag: u64, event: PublishRequest) -> PublishStreamRequest {
    PublishStreamRequest { event: Some(event), tag }
}

#[tokio::test]
async fn a_stream_is_answered_event_by_event_in_its_order_and_a_wrong_one_does_not_end_it() {
    let service = run(vec![subscription(1)]).await;
    let wrong = PublishRequest { resource: "weather".into(), ..issue_created() };
    let sent = [
        tagged(7, with_key("a")),
        tagged(8, wrong),
        tagged(9, with_key("a")),
        PublishStreamRequest { event: None, tag: 10 },
        tagged(11, issue_created()),
    ];
    let answer = service.client.clone().publish_stream(iter(sent)).await.unwrap();
    let answers: Vec<_> = answer.into_inner().map(Result::unwrap).collect().await;
    assert_eq!(answers.iter().map(|answer| answer.tag).collect::<Vec<_>>(), [7, 8, 9, 10, 11]);
    let reasons = answers.iter().map(|answer| match answer.outcome.as_ref().unwrap() {
        Outcome::Accepted(accepted) if accepted.duplicate => "duplicate",
        Outcome::Accepted(_) => "accepted",
        Outcome::Refused(refused) => {
            assert!(!refused.retryable);
            refused.reason.as_str()
        }
    });
    let expected = ["accepted", "UNKNOWN_EVENT_TYPE", "duplicate", "ORGANIZATION_REQUIRED", "accepted"];
    assert_eq!(reasons.collect::<Vec<_>>(), expected);
    deliveries(&mut service.sender(), 2).await;
}

#[tokio::test]
async fn a_refusal_in_a_stream_names_the_field() {
    let service = run(vec![subscription(1)]).await;
    let unfit = PublishRequest { ordering_key: "a\0b".into(), ..issue_created() };
    let answer = service.client.clone().publish_stream(iter([tagged(1, unfit)])).await.unwrap();
    let answers: Vec<_> = answer.into_inner().map(Result::unwrap).collect().await;
    let Outcome::Refused(refusal) = answers[0].outcome.as_ref().unwrap() else { panic!("{answers:?}") };
    assert_eq!(refusal.reason, "INVALID_FIELD");
    assert!(refusal.message.contains("ordering_key"), "{}", refusal.message);
}

#[tokio::test]
async fn a_long_stream_is_accepted_in_its_order_and_without_a_bound_on_its_length() {
    let service = run(vec![subscription(1)]).await;
    let sent = (0..2_000).map(|tag| tagged(tag, issue_created()));
    let answers = service.client.clone().publish_stream(iter(sent)).await.unwrap().into_inner();
    let ids: Vec<String> = answers
        .map(|answer| match answer.unwrap().outcome.unwrap() {
            Outcome::Accepted(accepted) => accepted.event_id,
            Outcome::Refused(refused) => panic!("{refused:?}"),
        })
        .collect()
        .await;
    let delivered = deliveries(&mut service.sender(), 2_000).await;
    let delivered_ids: Vec<_> =
        delivered.iter().map(|one| Uuid::from_slice(&one.event_id).unwrap().to_string()).collect();
    assert_eq!(delivered_ids, ids);
    let numbers: Vec<_> = delivered.iter().map(|one| one.sequence).collect();
    assert_eq!(numbers, (1..=2_000).collect::<Vec<_>>(), "and numbered in that order");
}

#[tokio::test]
async fn an_open_stream_does_not_keep_the_service_from_stopping() {
    let service = run(vec![]).await;
    let sent = iter([tagged(1, issue_created())]).chain(pending());
    let mut answers = service.client.clone().publish_stream(sent).await.unwrap().into_inner();
    assert_eq!(answers.next().await.unwrap().unwrap().tag, 1);
    service.stop.request();
    let end = tokio::time::timeout(SOON, answers.next()).await.expect("it ends");
    assert!(end.is_none_or(|end| end.is_err()));
}

#[tokio::test]
async fn only_services_may_open_a_stream() {
    let service = run(vec![]).await;
    let request = patchbay_rpc::request_as(&Caller::Anonymous, iter([tagged(1, issue_created())]));
    let refusal = service.client.clone().publish_stream(request).await.unwrap_err();
    assert_eq!(to_error(&refusal).kind, ErrorKind::Forbidden);
}
