use std::collections::BTreeSet;
use std::time::Duration;

use futures::future::join_all;
use patchbay_bus::{Bus, BusConfig};
use patchbay_db::DbConfig;
use patchbay_domain::ErrorKind;
use patchbay_proto::event_fanout::{PublishBatchRequest, PublishRequest};
use patchbay_testkit::{eventually, while_time_passes};

use crate::requests::{issue_created, subscription};
use crate::service::{SOON, config_of, database, event_ids, next_batch, start};

/// Of which a good thirty fill the least memory for events.
fn mebibyte() -> PublishRequest {
    let data_json = format!(r#"{{"a":"{}"}}"#, "x".repeat(1_000_000));
    PublishRequest { data_json: data_json.into(), ..issue_created() }
}

#[tokio::test]
async fn callers_beyond_the_memory_for_events_are_refused_and_those_within_it_are_served() {
    let waits_long = DbConfig { acquire_timeout: SOON * 3, ..DbConfig::new("sqlite::memory:") };
    let db = database(&waits_long).await;
    let bus = Bus::in_process(&BusConfig::default());
    let impatient = config_of([("FANOUT_EVENT_MEMORY", "1MiB"), ("FANOUT_ACCEPT_PATIENCE", "100ms")]);
    let mut service = start(db, bus, 0, impatient).await;
    service.snapshot(1, vec![]).await;
    // The only connection is taken, so nothing is committed and everything waits.
    let tx = service.db.begin().await.unwrap();
    let calls: Vec<_> = (0..40)
        .map(|_| {
            let mut client = service.client.clone();
            let mut request = patchbay_rpc::request(mebibyte());
            request.set_timeout(SOON * 3);
            tokio::spawn(async move { client.publish(request).await })
        })
        .collect();
    let overloaded = patchbay_event_fanout::Refusal { reason: "OVERLOADED".into() };
    let refused = || service.metrics.refused.get_or_create(&overloaded).get();
    eventually(SOON, "the surplus is refused", async || (refused() == 7).then_some(())).await;
    tx.rollback().await.unwrap();
    let answers: Vec<_> = join_all(calls).await.into_iter().map(|call| call.unwrap()).collect();
    let accepted = answers.iter().filter(|answer| answer.is_ok()).count();
    assert_eq!(accepted, 33, "as many as fit into 32 MiB");
    for refusal in answers.into_iter().filter_map(Result::err) {
        let error = patchbay_rpc::status::to_error(&refusal);
        assert_eq!((error.kind, error.reason.as_ref()), (ErrorKind::Unavailable, "OVERLOADED"));
    }
    service.publish(mebibyte()).await.unwrap();
}

#[tokio::test]
async fn events_without_room_for_the_hand_over_are_accepted_all_the_same_and_handed_over_later() {
    let db = database(&DbConfig::new("sqlite::memory:")).await;
    let small = config_of([("FANOUT_DELIVERY_MEMORY", "4MiB")]);
    let mut service = start(db, Bus::in_process(&BusConfig::default()), 0, small).await;
    service.snapshot(1, vec![subscription(1)]).await;
    // No consumer takes the deliveries, so after some of them all events wait.
    let data_json = format!(r#"{{"a":"{}"}}"#, "x".repeat(2_000));
    let event = PublishRequest { data_json: data_json.into(), ..issue_created() };
    let mut accepted = BTreeSet::new();
    while service.metrics.deferred.get() == 0 {
        let mut batch = patchbay_rpc::request(PublishBatchRequest { events: vec![event.clone(); 1000] });
        batch.set_timeout(SOON);
        let answer = service.client.clone().publish_batch(batch).await.unwrap().into_inner();
        accepted.extend(answer.events.into_iter().map(|event| event.event_id));
        assert!(accepted.len() <= 20_000, "the queue has a bound");
    }
    let (mut sender, mut seen) = (service.sender(), BTreeSet::new());
    let handed_over = async {
        while seen.len() < accepted.len() {
            for event_id in event_ids(&next_batch(&mut sender).await.deliveries) {
                assert!(seen.insert(event_id), "handed over once only");
            }
        }
    };
    while_time_passes(&service.clock, Duration::from_secs(6), "every event is handed over", handed_over)
        .await;
    assert_eq!(seen, accepted);
    assert_eq!(service.metrics.recovered.get(), service.metrics.deferred.get());
}
