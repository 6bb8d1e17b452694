use patchbay_bus::{Message, Queue, Topic};
use patchbay_domain::ErrorKind;
use patchbay_testkit::eventually;
use prost::Message as _;

use crate::requests::{issue_created, subscription};
use crate::service::{SOON, run};

#[tokio::test]
async fn nobody_is_told_that_an_event_is_accepted_while_the_database_is_gone() {
    let service = run(vec![subscription(1)]).await;
    service.db.close().await;
    let refusal = service.publish(issue_created()).await.unwrap_err();
    assert_eq!((refusal.kind, refusal.reason.as_ref()), (ErrorKind::Unavailable, "STORAGE_UNAVAILABLE"));
    assert_eq!(service.metrics.handed_over.get(), 0, "what is not durable is not sent");
}

#[tokio::test]
async fn a_message_is_not_acknowledged_while_the_database_is_gone_and_comes_again() {
    let service = run(vec![]).await;
    service.db.close().await;
    let message = Message::new("issue.created", issue_created().encode_to_vec());
    let confirm = service.bus.publish(Topic::Events, message).await.unwrap();
    let retries = &service.metrics.store_retries;
    eventually(SOON, "it was tried", async || (retries.get() > 0).then_some(())).await;
    service.stop.request_hard();
    let mut next = service.bus.consume(Queue::EventFanout, 1);
    let again = tokio::time::timeout(SOON, next.next()).await.expect("it comes again").unwrap();
    assert!(again.redelivered);
    again.ack();
    confirm.await.unwrap();
}
