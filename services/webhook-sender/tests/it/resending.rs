use std::time::Duration;

use patchbay_domain::{Caller, Membership, Role, UserCaller};
use patchbay_proto::installation::AppStatus;
use patchbay_proto::webhook_sender::*;
use patchbay_rpc::request_as;
use patchbay_rpc::status::to_error;
use patchbay_testkit::audit::AuditTrail;
use patchbay_testkit::receiver::Answer;
use patchbay_testkit::{Receiver, eventually};
use uuid::Uuid;

use crate::running::{ORGANIZATION, Running, SOON};

fn user(role: Role) -> Caller {
    let membership = Membership { organization_id: ORGANIZATION, organization_slug: "acme".into(), role };
    Caller::User(UserCaller {
        user_id: 1,
        name: "Jane".into(),
        email: "jane@example.com".into(),
        is_superuser: false,
        is_staff: false,
        memberships: vec![membership],
        token_scopes: None,
    })
}

fn id(delivery: &Delivery) -> String {
    Uuid::from_slice(&delivery.delivery_id).unwrap().to_string()
}

/// Has the webhooks fail until they are given up.
async fn give_up(running: &Running, webhooks: &[Delivery]) {
    running.publish(webhooks).await.await.unwrap();
    eventually(SOON, "all are given up", async || {
        running.hand.advance(Duration::from_secs(2));
        let dead = running.count("select count(*) from deliveries where status = 3").await;
        (dead == webhooks.len() as i64).then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_webhook_is_sent_again_however_it_ended_and_its_attempts_are_counted_on() {
    let running = Running::with(&[("RETRY_SCHEDULE", "1s")]).await;
    let (trail, receiver) = (AuditTrail::follow(&running.bus), Receiver::start().await);
    let installation = running.app(1, &receiver).await;
    receiver.respond_next([200, 500]);
    let (delivered, dead) = (running.webhook(1, installation), running.webhook(1, installation));
    running.deliver(&delivered).await;
    receiver.answer_with(|_, _| Answer::status(500));
    running.deliver(&dead).await;
    running.hand.advance(Duration::from_secs(2));
    running.until(&dead, DeliveryStatus::Dead).await;

    let resend = |delivery: &Delivery| ResendRequest { delivery_id: id(delivery) };
    let mut webhooks = running.webhooks.clone();
    let refused = webhooks.resend(request_as(&user(Role::Member), resend(&dead))).await.unwrap_err();
    assert_eq!(to_error(&refused).reason, "PERMISSION_DENIED");
    let unknown = ResendRequest { delivery_id: Uuid::new_v4().to_string() };
    let refused = webhooks.resend(request_as(&user(Role::Owner), unknown)).await.unwrap_err();
    assert_eq!(to_error(&refused).reason, "DELIVERY_NOT_FOUND");

    // It fails once more, and its schedule begins anew.
    webhooks.resend(request_as(&user(Role::Manager), resend(&dead))).await.unwrap();
    assert_eq!(running.until_attempts(&dead, 3).await.status(), DeliveryStatus::Pending);
    receiver.answer_with(|_, _| Answer::status(200));
    running.hand.advance(Duration::from_secs(2));
    assert_eq!(running.until(&dead, DeliveryStatus::Delivered).await.attempts, 4);
    webhooks.resend(request_as(&user(Role::Manager), resend(&delivered))).await.unwrap();
    assert_eq!(running.until_attempts(&delivered, 2).await.status(), DeliveryStatus::Delivered);
    let again = receiver.received().pop().unwrap();
    assert_eq!(again.header("webhook-id"), Some(id(&delivered).as_str()));
    assert_eq!(again.header("patchbay-retry-reason"), Some("resent"));
    let entries = trail.expect(&["SENTRY_APP_WEBHOOKS_RESEND"; 2]).await;
    assert_eq!((entries[0].organization_id, entries[0].target_label.as_str()), (ORGANIZATION, "app-1"));
}

#[tokio::test]
async fn what_was_given_up_is_listed_and_recovered_oldest_first_at_a_bounded_rate() {
    let running = Running::with(&[("RETRY_SCHEDULE", "1s"), ("BREAKER_MIN_FAILURES", "1000")]).await;
    let (trail, receiver) = (AuditTrail::follow(&running.bus), Receiver::start().await);
    let installation = running.app(1, &receiver).await;
    receiver.answer_with(|_, _| Answer::status(500));
    let dead: Vec<_> = (0..25).map(|_| running.webhook(1, installation)).collect();
    give_up(&running, &dead).await;

    let mut webhooks = running.webhooks.clone();
    let owner = user(Role::Owner);
    let mut listed = Vec::new();
    let mut page = String::new();
    loop {
        let wanted = ListDeadLettersRequest { app: "app-1".into(), limit: 10, page, filter: None };
        let answer = webhooks.list_dead_letters(request_as(&owner, wanted)).await.unwrap().into_inner();
        listed.extend(answer.dead_letters.into_iter().map(|one| one.delivery_id));
        page = answer.next_page;
        if page.is_empty() {
            break;
        }
    }
    let newest_first: Vec<_> = dead.iter().rev().map(id).collect();
    assert_eq!(listed, newest_first);

    receiver.answer_with(|_, _| Answer::status(200));
    receiver.clear();
    let wanted = RecoverRequest { app: "1".into(), rate_per_second: 10, ..Default::default() };
    let dry = RecoverRequest { dry_run: true, ..wanted.clone() };
    let dry = webhooks.recover(request_as(&owner, dry)).await.unwrap().into_inner();
    assert_eq!((dry.id.as_str(), dry.total, dry.status()), ("", 25, RecoveryStatus::Unspecified));
    let job = webhooks.recover(request_as(&owner, wanted.clone())).await.unwrap().into_inner();
    assert_eq!((job.total, job.recovered, job.status()), (25, 0, RecoveryStatus::Running));
    let refused = webhooks.recover(request_as(&owner, wanted)).await.unwrap_err();
    assert_eq!(to_error(&refused).reason, "RECOVERY_RUNNING");
    receiver.wait_for(10, SOON).await;
    let progress = |recovered| {
        let (webhooks, owner, id) = (webhooks.clone(), owner.clone(), job.id.clone());
        async move {
            eventually(SOON, "the share is counted", async || {
                let asked = request_as(&owner, GetRecoveryRequest { id: id.clone() });
                let job = webhooks.clone().get_recovery(asked).await.unwrap().into_inner();
                (job.recovered == recovered).then_some(job)
            })
            .await
        }
    };
    assert_eq!(progress(10).await.status(), RecoveryStatus::Running);
    assert_eq!(receiver.received().len(), 10, "a second's worth");
    running.hand.advance(Duration::from_secs(1));
    progress(20).await;
    running.hand.advance(Duration::from_secs(1));
    assert_eq!(progress(25).await.status(), RecoveryStatus::Done);
    let requests = receiver.wait_for(25, SOON).await;
    let mut first_share: Vec<_> =
        requests[..10].iter().map(|r| r.header("webhook-id").unwrap().to_owned()).collect();
    first_share.sort_unstable_by_key(|one| dead.iter().position(|delivery| id(delivery) == *one));
    assert_eq!(first_share, dead[..10].iter().map(id).collect::<Vec<_>>());
    for webhook in &dead {
        running.until(webhook, DeliveryStatus::Delivered).await;
    }
    trail.expect(&["SENTRY_APP_WEBHOOKS_RESEND"]).await;
}

#[tokio::test]
async fn a_cancelled_recovery_leaves_the_rest_as_it_is() {
    let running = Running::with(&[("RETRY_SCHEDULE", "1s"), ("BREAKER_MIN_FAILURES", "1000")]).await;
    let (_trail, receiver) = (AuditTrail::follow(&running.bus), Receiver::start().await);
    let installation = running.app(1, &receiver).await;
    receiver.answer_with(|_, _| Answer::status(500));
    let dead: Vec<_> = (0..10).map(|_| running.webhook(1, installation)).collect();
    give_up(&running, &dead).await;
    receiver.answer_with(|_, _| Answer::status(200));
    receiver.clear();
    let mut webhooks = running.webhooks.clone();
    let wanted = RecoverRequest { app: "1".into(), rate_per_second: 4, ..Default::default() };
    let job = webhooks.recover(request_as(&user(Role::Owner), wanted)).await.unwrap().into_inner();
    receiver.wait_for(4, SOON).await;
    let cancel = CancelRecoveryRequest { id: job.id };
    let job = webhooks.cancel_recovery(request_as(&user(Role::Owner), cancel)).await.unwrap().into_inner();
    assert_eq!(job.status(), RecoveryStatus::Cancelled);
    running.hand.advance(Duration::from_secs(60));
    running.stop().await;
    assert_eq!(running.count("select count(*) from deliveries where status = 3").await, 6);
}

#[tokio::test]
async fn an_app_that_is_being_removed_has_no_log_no_resends_and_no_recoveries() {
    let running = Running::with(&[("RETRY_SCHEDULE", "1s"), ("BREAKER_MIN_FAILURES", "1000")]).await;
    let receiver = Receiver::start().await;
    let installation = running.app(1, &receiver).await;
    receiver.answer_with(|_, _| Answer::status(500));
    let dead: Vec<_> = (0..3).map(|_| running.webhook(1, installation)).collect();
    give_up(&running, &dead).await;
    let (webhooks, owner) = (&running.webhooks, user(Role::Owner));
    let wanted = RecoverRequest { app: "1".into(), rate_per_second: 1, ..Default::default() };
    let job = webhooks.clone().recover(request_as(&owner, wanted.clone())).await.unwrap().into_inner();

    running.apps.change_endpoint(1, |endpoint| endpoint.status = AppStatus::DeletionInProgress.into());
    let by_id = GetRecoveryRequest { id: job.id.clone() };
    eventually(SOON, "the removal is known", async || {
        let refused = webhooks.clone().get_recovery(request_as(&owner, by_id.clone())).await.err()?;
        assert_eq!(to_error(&refused).reason, "APP_NOT_FOUND");
        Some(())
    })
    .await;
    macro_rules! refused {
        ($call:ident($message:expr)) => {
            let refused = webhooks.clone().$call(request_as(&owner, $message)).await.unwrap_err();
            assert_eq!(to_error(&refused).reason, "APP_NOT_FOUND", stringify!($call));
        };
    }
    refused!(recover(wanted));
    refused!(cancel_recovery(CancelRecoveryRequest { id: job.id }));
    refused!(resend(ResendRequest { delivery_id: id(&dead[0]) }));
    refused!(list_requests(ListRequestsRequest { app: "app-1".into(), ..Default::default() }));
    refused!(list_dead_letters(ListDeadLettersRequest { app: "1".into(), ..Default::default() }));
    refused!(get_endpoint_health(GetEndpointHealthRequest { app: "1".into() }));
}
