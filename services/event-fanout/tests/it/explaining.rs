use patchbay_proto::event_fanout::Outcome;
use patchbay_proto::installation::{InstallationStatus, Subscription};
use patchbay_proto::webhook_sender::{DeliveryState, DeliveryStatus};
use uuid::Uuid;

use crate::requests::{installation, issue_created, subscription};
use crate::service::{next_batch, run};

#[tokio::test]
async fn each_installation_has_an_outcome_and_a_reason() {
    let pending = Subscription { status: InstallationStatus::Pending.into(), ..subscription(3) };
    let limited = Subscription { project_ids: vec![4], ..subscription(4) };
    let unscoped = Subscription { scopes: vec!["project:read".into()], ..subscription(5) };
    let unsubscribed = Subscription { events: vec![], ..subscription(6) };
    let without_webhook = Subscription { has_webhook: false, ..subscription(7) };
    let subscriptions =
        vec![subscription(1), subscription(2), pending, limited, unscoped, unsubscribed, without_webhook];
    let service = run(subscriptions).await;
    let accepted = service.publish(issue_created()).await.unwrap();
    next_batch(&mut service.sender()).await;
    service.marked(&accepted.event_id).await;
    service.deliveries.lock().unwrap().push(DeliveryState {
        installation_uuid: installation(1).to_string(),
        status: DeliveryStatus::Delivered.into(),
        attempts: 1,
        due_at: None,
        response_code: 204,
        reason: String::new(),
    });

    let explained = service.explain(&accepted.event_id).await.unwrap();
    assert_eq!((explained.organization_id, explained.event_type.as_str()), (7, "issue.created"));
    assert_eq!(explained.accepted_at.unwrap().seconds, 1_700_000_000);
    let outcomes: Vec<_> = explained.decisions.iter().map(|decision| decision.outcome()).collect();
    let expected = [
        Outcome::Delivered,
        Outcome::Pending,
        Outcome::NotInstalled,
        Outcome::ProjectFiltered,
        Outcome::ScopeMissing,
        Outcome::NoWebhook,
        // Those that did not ask for it come last.
        Outcome::NotSubscribed,
    ];
    assert_eq!(outcomes, expected);
    let delivered = &explained.decisions[0];
    assert_eq!((delivered.app_slug.as_str(), delivered.attempts, delivered.response_code), ("app-1", 1, 204));
}

#[tokio::test]
async fn an_event_that_was_never_accepted_is_not_found() {
    let service = run(vec![]).await;
    for id in ["", "not a uuid", &Uuid::nil().to_string()] {
        assert_eq!(service.explain(id).await.unwrap_err().reason, "EVENT_NOT_FOUND", "{id}");
    }
}
