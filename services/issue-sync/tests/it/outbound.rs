use std::time::Duration;

use patchbay_proto::issue_sync::{
    CreateExternalActorRequest, GetHealthRequest, Health, Integration, LinkedTicket, ListLinksRequest,
    UpdateExternalActorRequest,
};
use patchbay_proto::tracker::{CreateCommentRequest, Issue, UpdateCommentRequest};
use patchbay_provider::{Failure, Kind, Ticket};
use patchbay_rpc::{request, request_as};
use patchbay_testkit::eventually;
use serde_json::{Value, json};

use crate::service::{SOON, Service, each, user};

const BOTH_WAYS: [&str; 4] =
    ["sync_forward_assignment", "sync_reverse_assignment", "sync_status_reverse", "sync_comments"];

/// An integration with this host whose project maps its statuses.
pub(crate) async fn connected(service: &Service, host: &str) -> Integration {
    let integration = service.installed_at(host, &service.manager(), &service.acme).await;
    let mapping = json!({"p1": {"on_resolve": "done", "on_unresolve": "open"}});
    let mut settings = json!({"sync_status_forward": mapping});
    for name in BOTH_WAYS {
        settings[name] = json!(true);
    }
    service.set(&integration, settings).await;
    integration
}

/// A ticket with this key that is linked to the issue.
pub(crate) async fn link(service: &Service, integration: &Integration, issue: &Issue, key: &str) {
    let (project, status) = ("p1".to_owned(), "open".to_owned());
    let ticket = Ticket { key: key.to_owned(), project, status, ..Ticket::default() };
    service.slate.world().tickets.insert(key.to_owned(), ticket);
    service.link(&service.member(), issue, integration, json!({"externalIssue": key})).await.unwrap();
}

async fn linked(service: &Service) -> (Integration, Issue) {
    let (integration, issue) = (connected(service, "slate.test").await, service.issue("shop").await);
    link(service, &integration, &issue, "OPS-7").await;
    (integration, issue)
}

/// Waits until the tracker has what `seen` says. Time passes meanwhile, so that pauses end.
async fn at_the_tracker(service: &Service, what: &str, seen: impl Fn(&Service) -> bool) {
    eventually(SOON, what, async || {
        service.clock.advance(Duration::from_millis(200));
        seen(service).then_some(())
    })
    .await;
}

fn assignee(service: &Service, key: &str) -> String {
    service.slate.world().assignees.get(key).cloned().unwrap_or_default()
}

fn status(service: &Service, key: &str) -> String {
    service.slate.world().tickets[key].status.clone()
}

async fn health(service: &Service, integration: &Integration) -> Health {
    let message = GetHealthRequest { organization: service.acme.slug.clone(), id: integration.id };
    let asked = request_as(&service.member(), message);
    service.integrations.clone().get_health(asked).await.unwrap().into_inner()
}

async fn ticket(service: &Service, issue: &Issue) -> LinkedTicket {
    let message = ListLinksRequest { issue_id: issue.id, ..Default::default() };
    let listed = service.links.clone().list_links(request_as(&service.member(), message)).await.unwrap();
    listed.into_inner().integrations.remove(0).tickets.remove(0)
}

#[tokio::test]
async fn an_assignee_and_a_status_go_to_the_ticket() {
    each(|service| async move {
        let (_, issue) = linked(&service).await;
        let wren = service.member_with_address("wren@example.org").await;
        service.change(&issue, Some(&format!("user:{wren}")), Some("resolved")).await;
        at_the_tracker(&service, "the ticket is assigned and done", |service| {
            assignee(service, "OPS-7") == "wren@example.org" && status(service, "OPS-7") == "done"
        })
        .await;
        service.change(&issue, Some(""), Some("unresolved")).await;
        at_the_tracker(&service, "the ticket is open and unassigned", |service| {
            assignee(service, "OPS-7").is_empty() && status(service, "OPS-7") == "open"
        })
        .await;
        let outcome = eventually(SOON, "the outcome is known", async || {
            ticket(&service, &issue).await.last_outbound.filter(|outcome| outcome.outcome == "success")
        })
        .await;
        assert!(["assignee", "status"].contains(&outcome.operation.as_str()), "{outcome:?}");
    })
    .await;
}

#[tokio::test]
async fn an_issue_shows_its_ticket_until_it_is_unlinked() {
    each(|service| async move {
        let (integration, issue) = linked(&service).await;
        let shown = json!([{"url": "https://slate.test/OPS-7", "displayName": "OPS-7"}]);
        assert_eq!(service.document(&issue).await["annotations"], shown);
        let unlink = patchbay_proto::issue_sync::UnlinkRequest {
            issue_id: issue.id,
            integration: integration.id.to_string(),
            external_issue: ticket(&service, &issue).await.id.to_string(),
            ..Default::default()
        };
        service.links.clone().unlink(request_as(&service.member(), unlink)).await.unwrap();
        assert_eq!(service.document(&issue).await["annotations"], json!([]));
    })
    .await;
}

#[tokio::test]
async fn a_change_of_a_tracker_goes_to_the_others_and_never_back() {
    each(|service| async move {
        let (first, issue) = linked(&service).await;
        let second = connected(&service, "chalk.test").await;
        link(&service, &second, &issue, "WEB-3").await;
        service.member_with_address("wren@example.org").await;
        service.slate.world().assign("slate.test", "OPS-7", "wren@example.org");
        let (host, event) = service.slate.world().events.remove(0);
        service.webhook_of(&host, "hush-hush", "1", event).await;
        at_the_tracker(&service, "the other ticket is assigned", |service| {
            assignee(service, "WEB-3") == "wren@example.org"
        })
        .await;
        // The echo of the second tracker has no effect.
        let (host, event) = service.slate.world().events.remove(0);
        assert_eq!(host, "chalk.test");
        service.webhook_of(&host, "hush-hush", "2", event).await;
        service.clock.advance(Duration::from_secs(2));
        let document = service.document(&issue).await;
        assert_eq!(document["assignedTo"]["email"], "wren@example.org");
        assert_eq!(service.slate.world().events, [], "nothing was written back");
        for integration in [first, second] {
            assert_eq!(health(&service, &integration).await.queue_pending, 0);
        }
    })
    .await;
}

#[tokio::test]
async fn while_a_tracker_is_away_only_the_last_change_waits_and_other_trackers_go_on() {
    each(|service| async move {
        let (away, issue) = linked(&service).await;
        let other = connected(&service, "chalk.test").await;
        link(&service, &other, &issue, "WEB-3").await;
        service.slate.world().down.insert("slate.test".to_owned());
        for name in ["ada", "wren", "finch"] {
            let id = service.member_with_address(&format!("{name}@example.org")).await;
            service.change(&issue, Some(&format!("user:{id}")), None).await;
            let expected = format!("{name}@example.org");
            at_the_tracker(&service, "the other tracker goes on", |service| {
                assignee(service, "WEB-3") == expected
            })
            .await;
        }
        let waiting = eventually(SOON, "one change waits", async || {
            let health = health(&service, &away).await;
            (health.queue_pending == 1 && health.state == "broken").then_some(health)
        })
        .await;
        assert!(waiting.queue_oldest.is_some());
        let outcome = ticket(&service, &issue).await.last_outbound.unwrap();
        assert_eq!((outcome.outcome.as_str(), outcome.next_attempt.is_some()), ("waiting", true));
        assert_eq!(outcome.message, "Unable to reach host: slate.test");

        service.slate.world().down.clear();
        at_the_tracker(&service, "the last change arrives", |service| {
            assignee(service, "OPS-7") == "finch@example.org"
        })
        .await;
        let assigned = |event: &&(String, Value)| event.0 == "slate.test";
        assert_eq!(
            service.slate.world().events.iter().filter(assigned).count(),
            1,
            "the others were replaced"
        );
    })
    .await;
}

#[tokio::test]
async fn a_rate_limit_pauses_one_integration_as_long_as_its_tracker_says() {
    each(|service| async move {
        let (integration, issue) = linked(&service).await;
        let until = crate::service::now() + chrono::TimeDelta::minutes(30);
        service.slate.world().fails = Some(Failure {
            retry_at: Some(until),
            ..Failure::new(Kind::RateLimited, "Error Communicating with Slate (HTTP 429): slow down")
        });
        let wren = service.member_with_address("wren@example.org").await;
        service.change(&issue, Some(&format!("user:{wren}")), None).await;
        let paused = eventually(SOON, "the integration pauses", async || {
            health(&service, &integration).await.paused_until
        })
        .await;
        assert_eq!(paused.seconds, until.timestamp());
        assert_eq!(assignee(&service, "OPS-7"), "");
        service.clock.advance(Duration::from_secs(30 * 60 + 1));
        at_the_tracker(&service, "the change arrives afterwards", |service| {
            assignee(service, "OPS-7") == "wren@example.org"
        })
        .await;
        assert_eq!(health(&service, &integration).await.paused_until, None);
    })
    .await;
}

#[tokio::test]
async fn an_assignee_without_a_user_at_the_tracker_is_tried_again_when_the_name_is_mapped() {
    each(|service| async move {
        let (integration, issue) = linked(&service).await;
        let ada = service.member_with_address("ada@elsewhere.test").await;
        service.change(&issue, Some(&format!("user:{ada}")), None).await;
        let outcome = eventually(SOON, "it is halted", async || {
            ticket(&service, &issue).await.last_outbound.filter(|outcome| outcome.outcome == "halted")
        })
        .await;
        assert_eq!(outcome.message, "No matching Slate user found");
        let problem = eventually(SOON, "the problem is known", async || {
            health(&service, &integration).await.problems.into_iter().next()
        })
        .await;
        assert_eq!((problem.kind.as_str(), problem.count), ("no_user_match", 1));
        let message = CreateExternalActorRequest {
            organization: service.acme.slug.clone(),
            user_id: Some(ada),
            external_name: Some("@ada".to_owned()),
            provider: Some("slate".to_owned()),
            integration_id: Some(integration.id),
            ..Default::default()
        };
        let made =
            service.actors.clone().create_external_actor(request_as(&service.manager(), message)).await;
        let id = made.unwrap().into_inner().external_actor.unwrap().id;
        eventually(SOON, "it is tried again", async || {
            let problem = health(&service, &integration).await.problems.remove(0);
            (problem.count == 2).then_some(())
        })
        .await;
        let message = UpdateExternalActorRequest {
            organization: service.acme.slug.clone(),
            id,
            external_id: Some("77".to_owned()),
            ..Default::default()
        };
        service.actors.clone().update_external_actor(request_as(&service.manager(), message)).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_status_that_the_tracker_accepts_and_does_not_change_is_a_problem() {
    each(|service| async move {
        let (integration, issue) = linked(&service).await;
        service.slate.world().ignores_status = true;
        service.change(&issue, None, Some("resolved")).await;
        let problem = eventually(SOON, "the problem is known", async || {
            health(&service, &integration).await.problems.into_iter().next()
        })
        .await;
        assert_eq!(problem.kind, "no_transition");
        service.slate.world().ignores_status = false;
        let mapping = json!({"p1": {"on_resolve": "done", "on_unresolve": "open"}});
        service.set(&integration, json!({"sync_status_forward": mapping})).await;
        at_the_tracker(&service, "it is tried again when the mapping is saved", |service| {
            status(service, "OPS-7") == "done"
        })
        .await;
    })
    .await;
}

#[tokio::test]
async fn a_comment_is_copied_and_its_copy_edited_and_a_ticket_that_it_opens_is_closed_again() {
    each(|service| async move {
        let (_, issue) = linked(&service).await;
        service.change(&issue, None, Some("resolved")).await;
        at_the_tracker(&service, "the ticket is done", |service| status(service, "OPS-7") == "done").await;
        service.slate.world().comments_reopen = true;
        let ada = user(
            service.member_with_address("ada@example.org").await,
            &service.acme,
            patchbay_domain::Role::Member,
        );
        let write =
            CreateCommentRequest { issue_id: issue.id, text: "It broke.".to_owned(), ..Default::default() };
        let comment = service.issues.clone().create_comment(request_as(&ada, write)).await.unwrap();
        at_the_tracker(&service, "the comment is copied and the ticket is done again", |service| {
            service.slate.world().comments.len() == 1 && status(service, "OPS-7") == "done"
        })
        .await;
        assert!(service.slate.world().comments[0].1.ends_with("wrote: It broke."));
        let events = std::mem::take(&mut service.slate.world().events);
        for (number, (host, event)) in events.into_iter().enumerate() {
            service.webhook_of(&host, "hush-hush", &format!("e{number}"), event).await;
        }
        service.clock.advance(Duration::from_secs(5));
        let edit = UpdateCommentRequest {
            issue_id: issue.id,
            comment_id: comment.into_inner().id,
            text: "It works.".to_owned(),
            ..Default::default()
        };
        service.issues.clone().update_comment(request_as(&ada, edit)).await.unwrap();
        at_the_tracker(&service, "the copy is edited", |service| service.slate.world().edited.len() == 1)
            .await;
        assert_eq!(service.document(&issue).await["status"], "resolved", "our comment is no person's wish");
        assert_eq!(status(&service, "OPS-7"), "done");
    })
    .await;
}

#[tokio::test]
async fn an_integration_that_is_broken_is_probed_and_its_owners_get_one_mail_a_day() {
    each(|service| async move {
        let (integration, issue) = linked(&service).await;
        let owner = patchbay_proto::tracker::AddMemberRequest {
            organization: service.acme.slug.clone(),
            email: "olga@example.org".to_owned(),
            name: "Olga".to_owned(),
            role: "owner".to_owned(),
        };
        service.directory.clone().add_member(request(owner)).await.unwrap();
        service.slate.world().down.insert("slate.test".to_owned());
        service.change(&issue, None, Some("resolved")).await;
        eventually(SOON, "it is broken", async || {
            (health(&service, &integration).await.state == "broken").then_some(())
        })
        .await;
        for _ in 0..3 {
            service.clock.advance(Duration::from_secs(20 * 60));
            eventually(SOON, "it is probed", async || {
                service.clock.advance(Duration::from_secs(1));
                (!service.mailbox.mails().is_empty()).then_some(())
            })
            .await;
        }
        let mails = service.mailbox.mails();
        assert_eq!(mails.len(), 1);
        assert_eq!(
            (mails[0].recipients.as_slice(), mails[0].integration_id),
            (&["olga@example.org".to_owned()][..], integration.id)
        );
        assert!(mails[0].hint.starts_with("Check that the tracker runs"));
        service.slate.world().down.clear();
        eventually(SOON, "it works again", async || {
            service.clock.advance(Duration::from_secs(60));
            (health(&service, &integration).await.state == "degraded" && status(&service, "OPS-7") == "done")
                .then_some(())
        })
        .await;
    })
    .await;
}
