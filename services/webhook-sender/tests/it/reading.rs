use std::collections::BTreeSet;
use std::time::Duration;

use patchbay_domain::{Caller, Error, Membership, Role, UserCaller};
use patchbay_proto::installation::AppStatus;
use patchbay_proto::webhook_sender::{
    DeadLetterFilter, ListDeadLettersRequest, ListDeliveriesRequest, ListRequestsRequest,
    ListRequestsResponse, Request,
};
use patchbay_rpc::status::to_error;
use patchbay_rpc::{request, request_as};
use patchbay_testkit::Receiver;

use crate::running::{ORGANIZATION, Running};

fn member(role: Role) -> Caller {
    Caller::User(UserCaller {
        user_id: 1,
        name: "Jane".into(),
        email: "jane@example.com".into(),
        is_superuser: false,
        is_staff: false,
        memberships: vec![Membership {
            organization_id: ORGANIZATION,
            organization_slug: "acme".into(),
            role,
        }],
        token_scopes: None,
    })
}

async fn list(
    running: &Running,
    caller: &Caller,
    asked: ListRequestsRequest,
) -> Result<ListRequestsResponse, Error> {
    let listed = running.webhooks.clone().list_requests(request_as(caller, asked)).await;
    listed.map(tonic::Response::into_inner).map_err(|status| to_error(&status))
}

fn of(app: &str) -> ListRequestsRequest {
    ListRequestsRequest { app: app.into(), ..Default::default() }
}

#[tokio::test]
async fn attempts_are_listed_newest_first_as_asked_for() {
    let (running, receiver) = (Running::with(&[("RETRY_SCHEDULE", "6d")]).await, Receiver::start().await);
    let installation = running.app(1, &receiver).await;
    let other = running.app(2, &receiver).await;
    running.publish(&[running.webhook(2, other)]).await.await.unwrap();
    for (status, resource, organization_id) in
        [(200, "issue", ORGANIZATION), (500, "error", ORGANIZATION), (404, "issue", 8), (200, "error", 8)]
    {
        running.hand.advance(Duration::from_secs(10));
        receiver.respond_next([status]);
        let mut webhook = running.webhook(1, installation);
        (webhook.resource, webhook.organization_id) = (resource.into(), organization_id);
        running.publish(&[webhook]).await.await.unwrap();
    }
    let at = |seconds: i64| Some(prost_types::Timestamp { seconds: 1_700_000_000 + seconds, nanos: 0 });
    let issue = "issue.created".to_owned();
    let cases = [
        (of("1"), vec![200, 404, 500, 200]),
        (of("app-1"), vec![200, 404, 500, 200]),
        (ListRequestsRequest { errors_only: true, ..of("1") }, vec![404, 500]),
        (ListRequestsRequest { event_type: issue.clone(), ..of("1") }, vec![404, 200]),
        (ListRequestsRequest { event_type: "comment.created".into(), ..of("1") }, vec![]),
        (ListRequestsRequest { organization_id: 8, ..of("1") }, vec![200, 404]),
        (ListRequestsRequest { start: at(20), end: at(40), ..of("1") }, vec![404, 500]),
        (
            ListRequestsRequest { event_type: issue, errors_only: true, organization_id: 8, ..of("1") },
            vec![404],
        ),
    ];
    for (asked, expected) in cases {
        let listed = list(&running, &Caller::Operator, asked.clone()).await.unwrap();
        let codes: Vec<_> = listed.requests.iter().map(|request| request.response_code).collect();
        assert_eq!(codes, expected, "{asked:?}");
        assert_eq!((listed.app_slug.as_str(), listed.app_is_internal), ("app-1", false));
    }
    running.hand.advance(Duration::from_secs(31 * 24 * 3600));
    running.stop().await;
}

#[tokio::test]
async fn the_log_can_be_asked_for_the_operators_own_event_types() {
    let (running, receiver) = (Running::start().await, Receiver::start().await);
    running.apps.add_event_type("deploy", "finished");
    let installation = running.app(1, &receiver).await;
    let mut webhook = running.webhook(1, installation);
    (webhook.resource, webhook.action) = ("deploy".into(), "finished".into());
    running.publish(&[webhook, running.webhook(1, installation)]).await.await.unwrap();
    let asked = |name: &str| ListRequestsRequest { event_type: name.into(), ..of("1") };
    let listed = list(&running, &Caller::Operator, asked("deploy.finished")).await.unwrap();
    let told: Vec<_> = listed.requests.iter().map(|request| request.event_type.as_str()).collect();
    assert_eq!(told, ["deploy.finished"]);
    for name in ["deploy.began", "deploy", ".", "issue.exploded", "issue.created ", "deploy.finished\0"] {
        let refusal = list(&running, &Caller::Operator, asked(name)).await.unwrap_err();
        assert_eq!(refusal.reason, "UNKNOWN_EVENT_TYPE", "{name:?}");
    }
    let filter = DeadLetterFilter { event_type: "deploy.finished".into(), ..Default::default() };
    let dead = ListDeadLettersRequest { app: "1".into(), filter: Some(filter), ..Default::default() };
    assert!(running.webhooks.clone().list_dead_letters(request(dead)).await.is_ok());
    running.stop().await;
}

#[tokio::test]
async fn a_request_says_what_was_sent_and_answered_and_a_success_keeps_no_more_than_that() {
    let (running, receiver) = (Running::start().await, Receiver::start().await);
    let webhook = running.webhook(1, running.app(1, &receiver).await);
    running.deliver(&webhook).await;
    let request = running.requests(1).await.remove(0);
    assert_eq!(
        (request.webhook_url, request.event_type.as_str()),
        (receiver.url("/hook/1"), "issue.created")
    );
    assert_eq!((request.attempt, request.response_code, request.error.as_str()), (1, 200, ""));
    assert_eq!(request.started_at.unwrap().seconds, 1_700_000_000);
    assert_eq!(request.delivery_id, receiver.received()[0].header("webhook-id").unwrap());
    assert!(request.request_headers.is_empty());
    assert_eq!((request.request_body.as_str(), request.response_body.as_str()), ("", ""));
}

#[tokio::test]
async fn who_may_not_read_is_refused_in_known_words() {
    let (mut running, receiver) = (Running::stopped(&[]).await, Receiver::start().await);
    running.app(1, &receiver).await;
    running.app(2, &receiver).await;
    running.apps.change_endpoint(2, |endpoint| endpoint.status = AppStatus::Published.into());
    running.start_again().await;
    running.publish(&[]).await.await.unwrap();

    list(&running, &member(Role::Member), of("1")).await.unwrap();
    list(&running, &member(Role::Manager), of("2")).await.unwrap();
    let refusals = [
        (member(Role::Member), of("2"), "PERMISSION_DENIED"),
        (Caller::Anonymous, of("1"), "PERMISSION_DENIED"),
        (Caller::Operator, of("3"), "APP_NOT_FOUND"),
        (Caller::Operator, of(""), "APP_NOT_FOUND"),
        (
            Caller::Operator,
            ListRequestsRequest { event_type: "issue".into(), ..of("1") },
            "UNKNOWN_EVENT_TYPE",
        ),
        (
            Caller::Operator,
            ListRequestsRequest {
                start: Some(prost_types::Timestamp { seconds: i64::MAX, nanos: 0 }),
                ..of("1")
            },
            "INVALID_FIELD",
        ),
    ];
    for (caller, asked, reason) in refusals {
        let error = list(&running, &caller, asked.clone()).await.unwrap_err();
        assert_eq!(error.reason, reason, "{asked:?}");
    }

    let asked = ListDeliveriesRequest { event_id: uuid::Uuid::new_v4().to_string() };
    let refused =
        running.webhooks.clone().list_deliveries(request_as(&member(Role::Owner), asked.clone())).await;
    assert_eq!(to_error(&refused.unwrap_err()).reason, "PERMISSION_DENIED");
    let none = running.webhooks.clone().list_deliveries(request(asked)).await.unwrap().into_inner();
    assert!(none.deliveries.is_empty());
}

#[tokio::test]
async fn requests_with_large_bodies_are_listed_on_several_pages() {
    let (running, receiver) = (Running::start().await, Receiver::start().await);
    let installation = running.app(1, &receiver).await;
    let body = format!(r#"{{"text":"{}"}}"#, "x".repeat(900 * 1024));
    for _ in 0..7 {
        let mut webhook = running.webhook(1, installation);
        webhook.body = body.clone().into();
        running.publish(&[webhook]).await.await.unwrap();
    }
    for (with_bodies, expected) in [(true, vec![3, 3, 1]), (false, vec![7])] {
        let (mut pages, mut seen, mut page) = (Vec::new(), BTreeSet::new(), String::new());
        loop {
            let asked = ListRequestsRequest { with_bodies, page, ..of("1") };
            let listed = list(&running, &Caller::Operator, asked).await.unwrap();
            pages.push(listed.requests.len());
            let whole = |request: &Request| with_bodies == (request.request_body.len() == body.len());
            assert!(listed.requests.iter().all(whole));
            seen.extend(listed.requests.into_iter().map(|request| request.delivery_id));
            page = listed.next_page;
            if page.is_empty() {
                break;
            }
        }
        assert_eq!((pages, seen.len()), (expected, 7), "with bodies: {with_bodies}");
    }
    running.stop().await;
}
