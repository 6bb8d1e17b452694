use patchbay_bus::{Bus, BusConfig};
use patchbay_domain::caller::{Membership, UserCaller};
use patchbay_domain::{AppCaller, Caller, Role, ScopeSet};
use patchbay_proto::event_fanout::{
    BackfillRequest, BackfillResponse, ExplainRequest, Outcome, PublishRequest,
};
use patchbay_proto::installation::Subscription;
use patchbay_rpc::{request, request_as, status};
use patchbay_testkit::database::each_config;
use uuid::Uuid;

use crate::requests::{ORGANIZATION, installation, issue_created, subscription, with_key};
use crate::service::{Service, config, database, deliveries, run, start};

async fn backfill(service: &Service, number: u128, after: i64, limit: i32) -> BackfillResponse {
    let asked = BackfillRequest { installation_uuid: installation(number).to_string(), after, limit };
    service.client.clone().backfill(request(asked)).await.unwrap().into_inner()
}

#[tokio::test]
async fn a_receiver_finds_exactly_what_it_missed() {
    let service = run(vec![subscription(1), subscription(2)]).await;
    let elsewhere = PublishRequest { organization_id: 8, ..issue_created() };
    for event in [with_key("a"), elsewhere, with_key("b"), with_key("a"), with_key("c"), with_key("d")] {
        service.publish(event).await.unwrap();
    }
    let delivered = deliveries(&mut service.sender(), 8).await;
    let first: Vec<_> =
        delivered.iter().filter(|one| one.installation_id == installation(1).as_bytes().as_slice()).collect();
    assert_eq!(first.iter().map(|one| one.sequence).collect::<Vec<_>>(), [1, 2, 3, 4]);

    let missed = backfill(&service, 1, 1, 2).await;
    assert_eq!((missed.newest, missed.last, missed.has_more), (4, 3, true));
    for (missed, sent) in missed.events.iter().zip(&first[1..]) {
        assert_eq!(missed.sequence, sent.sequence);
        assert_eq!(missed.event_type, "issue.created");
        assert_eq!(missed.body, sent.body, "the same bytes");
        assert_eq!(missed.delivery_id, Uuid::from_slice(&sent.delivery_id).unwrap().to_string());
    }
    let rest = backfill(&service, 1, missed.last, 2).await;
    assert_eq!((rest.events.len(), rest.has_more), (1, false));
    let nothing = backfill(&service, 1, 4, 0).await;
    assert_eq!((nothing.events.len(), nothing.last, nothing.has_more), (0, 4, false));
}

#[tokio::test]
async fn what_was_withheld_while_webhooks_were_stopped_can_be_fetched() {
    let stopped = Subscription { suspended_reason: "webhooks_stopped".into(), ..subscription(2) };
    let service = run(vec![subscription(1), stopped]).await;
    let accepted = service.publish(issue_created()).await.unwrap();
    let delivered = deliveries(&mut service.sender(), 1).await;
    assert_eq!(delivered[0].installation_id, installation(1).as_bytes().as_slice());
    let missed = backfill(&service, 2, 0, 10).await;
    assert_eq!(missed.events[0].event_id, accepted.event_id);
    let explained = service.explain(&accepted.event_id).await.unwrap();
    let withheld = &explained.decisions[1];
    assert_eq!(
        (withheld.outcome(), withheld.detail.as_str(), withheld.sequence),
        (Outcome::Suspended, "webhooks_stopped", 1)
    );
}

#[tokio::test]
async fn webhooks_of_a_disabled_app_are_handed_over_to_be_held() {
    let disabled = Subscription { suspended_reason: "app_disabled".into(), ..subscription(2) };
    let service = run(vec![disabled]).await;
    service.publish(issue_created()).await.unwrap();
    let delivered = deliveries(&mut service.sender(), 1).await;
    assert_eq!(delivered[0].installation_id, installation(2).as_bytes().as_slice());
    assert_eq!(delivered[0].sequence, 1);
}

#[tokio::test]
async fn a_crash_and_a_changed_subscription_change_neither_receivers_nor_numbers() {
    each_config(|db_config| async move {
        let bus = || Bus::in_process(&BusConfig::default());
        let mut first = start(database(&db_config).await, bus(), 0, config()).await;
        first.snapshot(1, vec![subscription(1), subscription(2)]).await;
        let accepted = first.publish(issue_created()).await.unwrap();
        let taken = first.sender().next().await.unwrap();
        drop(taken);
        first.crash().await;

        let mut second = start(database(&db_config).await, bus(), 6, config()).await;
        second.snapshot(9, vec![subscription(2), subscription(3)]).await;
        let delivered = deliveries(&mut second.sender(), 2).await;
        let seen: Vec<_> = delivered
            .iter()
            .map(|one| (Uuid::from_slice(&one.installation_id).unwrap(), one.sequence))
            .collect();
        assert_eq!(seen, [(installation(1), 1), (installation(2), 1)]);
        second.publish(issue_created()).await.unwrap();
        let next = deliveries(&mut second.sender(), 2).await;
        let seen: Vec<_> =
            next.iter().map(|one| (Uuid::from_slice(&one.installation_id).unwrap(), one.sequence)).collect();
        assert_eq!(seen, [(installation(2), 2), (installation(3), 1)]);
        let explained = second.explain(&accepted.event_id).await.unwrap();
        let later =
            explained.decisions.iter().find(|one| one.installation_uuid == installation(3).to_string());
        let later = later.unwrap();
        assert_eq!((later.outcome(), later.detail.as_str()), (Outcome::NotSubscribed, "since_then"));
        second.crash().await;
    })
    .await;
}

fn user(role: Role, organization_id: i64) -> Caller {
    Caller::User(UserCaller {
        user_id: 1,
        name: "Jane".into(),
        email: "jane@example.com".into(),
        is_superuser: false,
        is_staff: false,
        memberships: vec![Membership { organization_id, organization_slug: "acme".into(), role }],
        token_scopes: None,
    })
}

fn app(number: u128) -> Caller {
    let scopes = ScopeSet::EMPTY;
    let installation_id = installation(number);
    Caller::App(AppCaller { app_id: 3, installation_id, organization_id: ORGANIZATION, scopes })
}

#[tokio::test]
async fn people_and_apps_see_what_is_theirs_and_nothing_else_exists_for_them() {
    let service = run(vec![subscription(1), subscription(2)]).await;
    let event_id = service.publish(issue_created()).await.unwrap().event_id;
    let explain = async |caller: &Caller, organization_id: i64| {
        let asked = ExplainRequest { event_id: event_id.clone(), organization_id };
        let answer = service.client.clone().explain(request_as(caller, asked)).await;
        answer
            .map(|answer| answer.into_inner().decisions.len())
            .map_err(|refusal| status::to_error(&refusal).reason)
    };
    let not_found = || Err("EVENT_NOT_FOUND".into());
    assert_eq!(explain(&user(Role::Manager, ORGANIZATION), ORGANIZATION).await, Ok(2));
    assert_eq!(explain(&user(Role::Manager, ORGANIZATION), 8).await, not_found());
    assert_eq!(explain(&user(Role::Member, ORGANIZATION), 0).await, not_found());
    assert_eq!(explain(&user(Role::Owner, 8), 0).await, not_found());
    assert_eq!(explain(&app(1), 0).await, Ok(1));
    assert_eq!(explain(&Caller::Anonymous, 0).await, not_found());

    let fetch = async |caller: &Caller| {
        let asked = BackfillRequest { installation_uuid: installation(1).to_string(), after: 0, limit: 0 };
        let answer = service.client.clone().backfill(request_as(caller, asked)).await;
        answer
            .map(|answer| answer.into_inner().events.len())
            .map_err(|refusal| status::to_error(&refusal).reason)
    };
    let not_found = || Err("INSTALLATION_NOT_FOUND".into());
    assert_eq!(fetch(&app(1)).await, Ok(1));
    assert_eq!(fetch(&app(2)).await, not_found());
    assert_eq!(fetch(&user(Role::Manager, ORGANIZATION)).await, Ok(1));
    assert_eq!(fetch(&user(Role::Member, ORGANIZATION)).await, not_found());
    assert_eq!(fetch(&user(Role::Owner, 8)).await, not_found());
}

#[tokio::test]
async fn events_of_the_operators_own_types_are_checked_and_reach_who_subscribed_to_them() {
    let deploys = Subscription {
        events: vec!["deploy.finished".into()],
        scopes: vec!["project:read".into()],
        ..subscription(1)
    };
    let unscoped = Subscription { events: vec!["deploy.finished".into()], scopes: vec![], ..subscription(2) };
    let service = run(vec![deploys, unscoped, subscription(3)]).await;
    let deploy = |data: &'static str| PublishRequest {
        resource: "deploy".into(),
        action: "finished".into(),
        data_json: data.into(),
        ..issue_created()
    };
    // The catalogue may come a moment later than the subscriptions.
    let refusal = patchbay_testkit::eventually(crate::service::SOON, "the type is known", async || {
        let refusal = service.publish(deploy("{}")).await.unwrap_err();
        (refusal.kind == patchbay_domain::ErrorKind::Invalid).then_some(refusal)
    });
    assert_eq!(refusal.await.reason, "SCHEMA_VIOLATION");
    service.publish(deploy(r#"{"version":1}"#)).await.unwrap();
    let delivered = deliveries(&mut service.sender(), 1).await;
    assert_eq!((delivered[0].resource.as_str(), delivered[0].action.as_str()), ("deploy", "finished"));
    assert!(delivered[0].body.starts_with(br#"{"action":"finished","data":{"version":1},"#));
}
