use std::time::Duration;

use patchbay_proto::issue_sync::{
    CreateExternalActorRequest, GetHealthRequest, Health, Integration, ListLinksRequest,
    UpdateIntegrationRequest,
};
use patchbay_proto::tracker::Issue;
use patchbay_provider::{Failure, Kind, Ticket};
use patchbay_rpc::request_as;
use patchbay_testkit::eventually;
use serde_json::{Value, json};

use crate::service::{SOON, Service, each};

/// An issue that is linked to the ticket OPS-7, with both directions from the tracker switched on.
async fn linked(service: &Service) -> (Integration, Issue) {
    let (integration, issue) = (service.installed().await, service.issue("shop").await);
    let ticket = Ticket { key: "OPS-7".to_owned(), ..Ticket::default() };
    service.slate.world().tickets.insert("OPS-7".to_owned(), ticket);
    service.link(&service.member(), &issue, &integration, json!({"externalIssue": "OPS-7"})).await.unwrap();
    let settings = json!({"sync_reverse_assignment": true, "sync_status_reverse": true});
    let message = UpdateIntegrationRequest {
        organization: service.acme.slug.clone(),
        id: integration.id,
        settings_json: settings.to_string().into_bytes(),
    };
    service.integrations.clone().update_integration(request_as(&service.manager(), message)).await.unwrap();
    (integration, issue)
}

async fn health(service: &Service, integration: &Integration) -> Health {
    let message = GetHealthRequest { organization: service.acme.slug.clone(), id: integration.id };
    service
        .integrations
        .clone()
        .get_health(request_as(&service.member(), message))
        .await
        .unwrap()
        .into_inner()
}

async fn applied(service: &Service, integration: &Integration) {
    eventually(SOON, "every change is applied", async || {
        let waiting = service.db.query("select count(*) from inbound_changes where integration_id = $1");
        let waiting: i64 = waiting.bind(integration.id).fetch_scalar().await.unwrap();
        (waiting == 0).then_some(())
    })
    .await;
}

fn assigned(email: &str, at: &str) -> Value {
    json!({"event": "assigned", "key": "OPS-7", "assignee": {"email": email}, "at": at})
}

#[tokio::test]
async fn an_assignee_comes_back_and_goes_again() {
    each(|service| async move {
        let (integration, issue) = linked(&service).await;
        let wren = service.member_with_address("wren@example.org").await;
        let answer =
            service.webhook("hush-hush", "1", assigned("WREN@example.org", "2026-10-02T09:30:15Z")).await;
        assert_eq!(answer.status, 200);
        applied(&service, &integration).await;
        assert_eq!(service.document(&issue).await["assignedTo"]["id"], wren.to_string());

        // An older change comes late.
        let late =
            json!({"event": "assigned", "key": "OPS-7", "assignee": null, "at": "2026-10-02T09:30:14Z"});
        service.webhook("hush-hush", "2", late).await;
        applied(&service, &integration).await;
        assert_eq!(service.document(&issue).await["assignedTo"]["id"], wren.to_string());

        let now =
            json!({"event": "assigned", "key": "OPS-7", "assignee": null, "at": "2026-10-02T09:30:15Z"});
        service.webhook("hush-hush", "3", now).await;
        applied(&service, &integration).await;
        assert!(service.document(&issue).await["assignedTo"].is_null());
    })
    .await;
}

#[tokio::test]
async fn a_person_whom_nobody_knows_leaves_the_issue_as_it_is_and_is_reported() {
    each(|service| async move {
        let (integration, issue) = linked(&service).await;
        service.webhook("hush-hush", "1", assigned("stranger@example.org", "2026-10-02T09:30:15Z")).await;
        applied(&service, &integration).await;
        assert!(service.document(&issue).await["assignedTo"].is_null());
        let report = eventually(SOON, "it is reported", async || {
            let report = health(&service, &integration).await;
            (!report.problems.is_empty()).then_some(report)
        })
        .await;
        assert_eq!((report.problems[0].kind.as_str(), report.state.as_str()), ("no_user_match", "healthy"));
    })
    .await;
}

#[tokio::test]
async fn a_mapped_name_goes_before_an_address() {
    each(|service| async move {
        let (integration, issue) = linked(&service).await;
        let finch = service.member_with_address("finch@example.org").await;
        service.member_with_address("wren@example.org").await;
        let message = CreateExternalActorRequest {
            organization: service.acme.slug.clone(),
            user_id: Some(finch),
            external_name: Some("@Wren".to_owned()),
            provider: Some("slate".to_owned()),
            integration_id: Some(integration.id),
            ..Default::default()
        };
        service.actors.clone().create_external_actor(request_as(&service.manager(), message)).await.unwrap();
        let who = json!({"name": "@wren", "email": "wren@example.org"});
        service
            .webhook("hush-hush", "1", json!({"event": "assigned", "key": "OPS-7", "assignee": who}))
            .await;
        applied(&service, &integration).await;
        assert_eq!(service.document(&issue).await["assignedTo"]["id"], finch.to_string());
    })
    .await;
}

#[tokio::test]
async fn a_ticket_that_is_done_resolves_its_issues_and_an_outage_delays_that() {
    each(|service| async move {
        let (integration, issue) = linked(&service).await;
        service.slate.world().fails =
            Some(Failure::new(Kind::Unreachable, "Unable to reach host: slate.test"));
        let done = json!({"event": "status", "key": "OPS-7", "status": "done", "at": "2026-10-02T09:30:15Z"});
        service.webhook("hush-hush", "1", done).await;
        eventually(SOON, "the issue is resolved", async || {
            service.clock.advance(Duration::from_secs(3));
            (service.document(&issue).await["status"] == "resolved").then_some(())
        })
        .await;
        applied(&service, &integration).await;
        let same_time =
            json!({"event": "status", "key": "OPS-7", "status": "open", "at": "2026-10-02T09:30:15Z"});
        service.webhook("hush-hush", "2", same_time).await;
        applied(&service, &integration).await;
        assert_eq!(service.document(&issue).await["status"], "resolved", "a status of the same time is old");
        let open = json!({"event": "status", "key": "OPS-7", "status": "open", "at": "2026-10-02T09:30:16Z"});
        service.webhook("hush-hush", "3", open).await;
        applied(&service, &integration).await;
        assert_eq!(service.document(&issue).await["status"], "unresolved");
    })
    .await;
}

#[tokio::test]
async fn webhooks_with_a_wrong_secret_or_seen_before_have_no_effect() {
    each(|service| async move {
        let (integration, issue) = linked(&service).await;
        let done = |at: &str| json!({"event": "status", "key": "OPS-7", "status": "done", "at": at});
        assert_eq!(service.webhook("wrong", "1", done("2026-10-02T09:30:15Z")).await.status, 400);
        assert_eq!(health(&service, &integration).await.webhook_invalid_tokens, 1);
        service
            .webhook("hush-hush", "2", json!({"event": "status", "key": "OPS-7", "status": "other"}))
            .await;
        applied(&service, &integration).await;
        assert_eq!(service.webhook("hush-hush", "2", done("2026-10-02T09:30:16Z")).await.status, 200);
        applied(&service, &integration).await;
        assert_eq!(service.document(&issue).await["status"], "unresolved");
    })
    .await;
}

#[tokio::test]
async fn a_ticket_that_moves_keeps_its_links() {
    each(|service| async move {
        let (integration, issue) = linked(&service).await;
        for delivery in ["1", "2"] {
            let moved = json!({"event": "moved", "key": "OPS-7", "to": "WEB-3"});
            service.webhook("hush-hush", delivery, moved).await;
            applied(&service, &integration).await;
        }
        let message = ListLinksRequest { issue_id: issue.id, ..Default::default() };
        let found = service.links.clone().list_links(request_as(&service.member(), message)).await.unwrap();
        let tickets = &found.into_inner().integrations[0].tickets;
        assert_eq!((tickets.len(), tickets[0].key.as_str()), (1, "WEB-3"));
    })
    .await;
}

#[tokio::test]
async fn two_tickets_that_become_one_leave_one_link() {
    each(|service| async move {
        let (integration, issue) = linked(&service).await;
        let ticket = Ticket { key: "WEB-3".to_owned(), ..Ticket::default() };
        service.slate.world().tickets.insert("WEB-3".to_owned(), ticket);
        service
            .link(&service.member(), &issue, &integration, json!({"externalIssue": "WEB-3"}))
            .await
            .unwrap();
        service.webhook("hush-hush", "1", json!({"event": "moved", "key": "OPS-7", "to": "WEB-3"})).await;
        applied(&service, &integration).await;
        let keys: Vec<String> =
            service.db.query("select key from external_issues").fetch_scalars().await.unwrap();
        let links: i64 = service.db.query("select count(*) from issue_links").fetch_scalar().await.unwrap();
        assert_eq!((keys, links), (vec!["WEB-3".to_owned()], 1));
    })
    .await;
}

#[tokio::test]
async fn a_project_with_another_name_takes_its_tickets_and_its_mapping_along() {
    each(|service| async move {
        let (integration, _) = linked(&service).await;
        service
            .set(
                &integration,
                json!({"sync_status_forward": {"OPS": {"on_resolve": "done", "on_unresolve": "open"}}}),
            )
            .await;
        for delivery in ["1", "2"] {
            let renamed = json!({"event": "project_renamed", "key": "OPS", "to": "PRINT"});
            service.webhook("hush-hush", delivery, renamed).await;
            applied(&service, &integration).await;
        }
        let keys: Vec<String> =
            service.db.query("select key from external_issues").fetch_scalars().await.unwrap();
        let projects: Vec<String> =
            service.db.query("select external_id from status_mappings").fetch_scalars().await.unwrap();
        assert_eq!((keys, projects), (vec!["PRINT-7".to_owned()], vec!["PRINT".to_owned()]));
    })
    .await;
}

#[tokio::test]
async fn an_account_that_is_connected_at_the_tracker_waits_for_an_organization() {
    each(|service| async move {
        for delivery in ["1", "2"] {
            let event = json!({"event": "connected"});
            service.webhook_of("slate.test", "of the application", delivery, event).await;
        }
        let names = "select name from integrations";
        let known: Vec<String> = service.db.query(names).fetch_scalars().await.unwrap();
        assert_eq!(known, ["Connected at the tracker"]);
        // The setup takes the same integration.
        service.installed().await;
        let known: Vec<String> = service.db.query(names).fetch_scalars().await.unwrap();
        assert_eq!(known, ["Our slate"]);
    })
    .await;
}
