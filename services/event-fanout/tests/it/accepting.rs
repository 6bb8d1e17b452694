use std::collections::BTreeSet;

use futures::future::join_all;
use patchbay_bus::{Bus, BusConfig};
use patchbay_domain::{AppCaller, Caller, ErrorKind, ScopeSet};
use patchbay_proto::event_fanout::target::Receiver;
use patchbay_proto::event_fanout::{PublishBatchRequest, PublishRequest, Target};
use patchbay_proto::installation::Subscription;
use patchbay_rpc::{request_as, status};
use patchbay_testkit::database::each_config;
use uuid::Uuid;

use crate::requests::{alert, installation, issue_created, subscription, with_key};
use crate::service::{config, database, deliveries, event_ids, run, start};

const TRACE: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

#[tokio::test]
async fn an_event_reaches_every_installation_that_asked_for_it_and_no_other() {
    let other_organization = Subscription { organization_id: 8, ..subscription(3) };
    let without_scope = Subscription { scopes: vec![], ..subscription(4) };
    let service = run(vec![subscription(1), subscription(2), other_organization, without_scope]).await;
    let mut request = patchbay_rpc::request(issue_created());
    request.metadata_mut().insert("traceparent", TRACE.parse().unwrap());
    let accepted = service.client.clone().publish(request).await.unwrap().into_inner();
    assert!(!accepted.duplicate);
    assert_eq!(Uuid::parse_str(&accepted.event_id).unwrap().to_string(), accepted.event_id);

    let delivered = deliveries(&mut service.sender(), 2).await;
    let installations: Vec<_> =
        delivered.iter().map(|one| Uuid::from_slice(&one.installation_id).unwrap()).collect();
    assert_eq!(installations, [installation(1), installation(2)]);
    assert!(delivered.iter().all(|one| one.traceparent == TRACE && !one.unconditional));
    service.marked(&accepted.event_id).await;
    assert_eq!((service.metrics.handed_over.get(), service.metrics.in_flight.get()), (2, 0));
}

#[tokio::test]
async fn an_event_that_nobody_asked_for_is_marked_at_once() {
    let service = run(vec![]).await;
    let accepted = service.publish(issue_created()).await.unwrap();
    service.marked(&accepted.event_id).await;
    assert_eq!(service.metrics.matched_none.get(), 1);
}

#[tokio::test]
async fn a_second_event_with_the_same_key_is_answered_with_the_id_of_the_first() {
    let service = run(vec![subscription(1)]).await;
    let first = service.publish(with_key("k")).await.unwrap();
    let second = service.publish(PublishRequest { data_json: "{}".into(), ..with_key("k") }).await.unwrap();
    assert_eq!((second.event_id, second.duplicate), (first.event_id.clone(), true));
    let other = service.publish(PublishRequest { organization_id: 8, ..with_key("k") }).await.unwrap();
    assert!(!other.duplicate, "keys belong to an organization");
    let delivered = deliveries(&mut service.sender(), 1).await;
    assert_eq!(event_ids(&delivered), BTreeSet::from([first.event_id]));
    assert_eq!(service.metrics.duplicates.get(), 1);
}

#[tokio::test]
async fn of_parallel_publishes_with_the_same_key_one_is_accepted() {
    each_config(|db_config| async move {
        let bus = Bus::in_process(&BusConfig::default());
        let mut service = start(database(&db_config).await, bus, 0, config()).await;
        service.snapshot(1, vec![subscription(1)]).await;
        let calls = (0..64).map(|number| service.publish(with_key(format!("key-{}", number % 4))));
        let answers: Vec<_> = join_all(calls).await.into_iter().map(|answer| answer.unwrap()).collect();
        assert_eq!(answers.iter().filter(|answer| !answer.duplicate).count(), 4);
        let ids: BTreeSet<_> = answers.into_iter().map(|answer| answer.event_id).collect();
        assert_eq!(event_ids(&deliveries(&mut service.sender(), 4).await), ids);
        service.crash().await;
    })
    .await;
}

#[tokio::test]
async fn only_services_may_publish() {
    let service = run(vec![]).await;
    let scopes = ScopeSet::EMPTY;
    let app = Caller::App(AppCaller { app_id: 1, installation_id: Uuid::nil(), organization_id: 7, scopes });
    for caller in [app, Caller::Anonymous] {
        let mut client = service.client.clone();
        let batch = PublishBatchRequest { events: vec![issue_created()] };
        let refusals = [
            client.publish(request_as(&caller, issue_created())).await.unwrap_err(),
            client.publish_batch(request_as(&caller, batch)).await.unwrap_err(),
        ];
        for refusal in refusals {
            assert_eq!(status::to_error(&refusal).reason, "PERMISSION_DENIED", "{caller:?}");
        }
    }
    let operator = request_as(&Caller::Operator, issue_created());
    service.client.clone().publish(operator).await.unwrap();
}

#[tokio::test]
async fn a_refusal_keeps_its_reason_on_the_way_and_is_counted() {
    let service = run(vec![]).await;
    let refusal =
        service.publish(PublishRequest { resource: "weather".into(), ..issue_created() }).await.unwrap_err();
    assert_eq!((refusal.kind, refusal.reason.as_ref()), (ErrorKind::Invalid, "UNKNOWN_EVENT_TYPE"));
    let reason = patchbay_event_fanout::Refusal { reason: "UNKNOWN_EVENT_TYPE".into() };
    assert_eq!(service.metrics.refused.get_or_create(&reason).get(), 1);
}

#[tokio::test]
async fn an_alert_goes_to_the_app_it_names_and_to_nobody_else() {
    let service = run(vec![subscription(1), subscription(2)]).await;
    service.publish(alert(Receiver::AppSlug("app-2".into()))).await.unwrap();
    service.publish(alert(Receiver::InstallationUuid(installation(1).to_string()))).await.unwrap();
    let delivered = deliveries(&mut service.sender(), 2).await;
    let installations: Vec<_> =
        delivered.iter().map(|one| Uuid::from_slice(&one.installation_id).unwrap()).collect();
    assert_eq!(installations, [installation(2), installation(1)]);

    let elsewhere = Receiver::AppSlug("app-3".into());
    let refusal = service.publish(alert(elsewhere)).await.unwrap_err();
    assert_eq!(refusal.reason, "TARGET_UNKNOWN");
}

#[tokio::test]
async fn the_first_and_last_event_of_an_installation_are_sent_whatever_the_index_says() {
    let service = run(vec![]).await;
    let target =
        Target { receiver: Some(Receiver::InstallationUuid(installation(5).to_string())), app_id: 42 };
    let created =
        PublishRequest { resource: "installation".into(), targets: vec![target], ..issue_created() };
    let accepted = service.publish(created).await.unwrap();
    let delivered = deliveries(&mut service.sender(), 1).await;
    assert!(delivered[0].unconditional);
    assert_eq!(delivered[0].app_id, 42);
    assert_eq!(event_ids(&delivered), BTreeSet::from([accepted.event_id]));
}
