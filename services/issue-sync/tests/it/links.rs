use patchbay_domain::Role;
use patchbay_proto::issue_sync::{
    CreateIssueRequest, GetFormRequest, Integration, ListLinksRequest, SearchRequest, UnlinkRequest,
};
use patchbay_proto::tracker::Issue;
use patchbay_provider::{Failure, Kind, Ticket};
use patchbay_rpc::request_as;
use serde_json::{Value, json};

use crate::service::{Service, each, reason, refusal, user};

fn create(issue: &Issue, integration: &Integration, fields: Value, key: &str) -> CreateIssueRequest {
    CreateIssueRequest {
        issue_id: issue.id,
        integration: integration.id.to_string(),
        fields_json: fields.to_string().into_bytes(),
        idempotency_key: key.to_owned(),
        ..Default::default()
    }
}

async fn keys(service: &Service, issue: &Issue) -> Vec<String> {
    let message = ListLinksRequest { issue_id: issue.id, ..Default::default() };
    let found = service.links.clone().list_links(request_as(&service.member(), message)).await.unwrap();
    let tickets = found.into_inner().integrations.into_iter().flat_map(|found| found.tickets);
    tickets.map(|ticket| ticket.key).collect()
}

fn ticket(service: &Service, key: &str) {
    let ticket = Ticket { key: key.to_owned(), title: "Printer on fire".to_owned(), ..Ticket::default() };
    service.slate.world().tickets.insert(key.to_owned(), ticket);
}

#[tokio::test]
async fn a_ticket_is_created_linked_and_unlinked() {
    each(|service| async move {
        let (integration, issue) = (service.installed().await, service.issue("shop").await);
        let member = service.member();
        let mut links = service.links.clone();
        let wrong = create(&issue, &integration, json!({"project": "p1"}), "");
        let wrong = refusal(links.create_issue(request_as(&member, wrong)).await);
        assert_eq!(wrong.fields[0].messages, ["You must specify a title."]);

        let fields = json!({"project": "p9", "title": "Heck"});
        let made = links.create_issue(request_as(&member, create(&issue, &integration, fields, ""))).await;
        let made = made.unwrap().into_inner();
        assert_eq!((made.key.as_str(), made.url.as_str()), ("S-1", "https://slate.test/S-1"));
        assert!(made.is_new);
        assert_eq!(keys(&service, &issue).await, ["S-1"]);

        let form = GetFormRequest {
            issue_id: issue.id,
            integration: integration.id.to_string(),
            action: "create".to_owned(),
            ..Default::default()
        };
        let form = links.get_form(request_as(&member, form)).await.unwrap().into_inner().issue_form_json;
        let form: Value = serde_json::from_slice(&form).unwrap();
        assert_eq!(form[0]["default"], "p9", "the last project is proposed");
        assert_eq!(form[1]["default"], "ReferenceError: heck is not defined");

        let unlink = |link: &str| UnlinkRequest {
            issue_id: issue.id,
            integration: integration.id.to_string(),
            external_issue: link.to_owned(),
            ..Default::default()
        };
        assert_eq!(reason(links.unlink(request_as(&member, unlink(""))).await), "EXTERNAL_ID_REQUIRED");
        for _ in 0..2 {
            links.unlink(request_as(&member, unlink(&made.id.to_string()))).await.unwrap();
            assert!(keys(&service, &issue).await.is_empty());
        }
        assert!(service.slate.world().tickets.contains_key("S-1"), "the ticket stays");
        let rows: i64 =
            service.db.query("select count(*) from external_issues").fetch_scalar().await.unwrap();
        assert_eq!(rows, 0);
    })
    .await;
}

#[tokio::test]
async fn a_repeated_call_with_the_same_key_makes_no_second_ticket() {
    each(|service| async move {
        let (integration, issue) = (service.installed().await, service.issue("shop").await);
        let member = service.member();
        let mut links = service.links.clone();
        let call = || create(&issue, &integration, json!({"title": "Heck"}), "k1");
        service.slate.world().fails =
            Some(Failure::new(Kind::Unreachable, "Unable to reach host: slate.test"));
        let down = refusal(links.create_issue(request_as(&member, call())).await);
        assert_eq!(down.message, "Something went wrong while communicating with slate");
        let first = links.create_issue(request_as(&member, call())).await.unwrap().into_inner();
        let second = links.create_issue(request_as(&member, call())).await.unwrap().into_inner();
        assert_eq!((first.id, first.key), (second.id, second.key));
        assert_eq!(service.slate.world().tickets.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_ticket_that_exists_is_linked_once_with_one_comment() {
    each(|service| async move {
        let (integration, issue) = (service.installed().await, service.issue("shop").await);
        ticket(&service, "OPS-7");
        let member = service.member();
        let fields = json!({"externalIssue": "ops-7", "comment": "Look here"});
        let first = service.link(&member, &issue, &integration, fields.clone()).await.unwrap().into_inner();
        service.slate.world().tickets.get_mut("OPS-7").unwrap().title = "Printer is cold".to_owned();
        let again = service.link(&member, &issue, &integration, fields).await.unwrap().into_inner();
        assert_eq!((first.id, first.is_new), (again.id, true));
        assert!(!again.is_new && again.title == "Printer is cold");
        assert_eq!(service.slate.world().comments, [("OPS-7".to_owned(), "Look here".to_owned())]);
    })
    .await;
}

#[tokio::test]
async fn if_the_comment_fails_nothing_is_linked() {
    each(|service| async move {
        let (integration, issue) = (service.installed().await, service.issue("shop").await);
        let member = service.member();
        let gone = service
            .link(&member, &issue, &integration, json!({"externalIssue": "S-9", "comment": "x"}))
            .await;
        let gone = refusal(gone);
        assert_eq!(gone.fields[0].field, "non_field_errors");
        let none = service.link(&member, &issue, &integration, json!({"comment": "x"})).await;
        assert_eq!(refusal(none).fields[0].messages, ["Issue ID is required"]);
        assert!(keys(&service, &issue).await.is_empty() && service.slate.world().comments.is_empty());
    })
    .await;
}

#[tokio::test]
async fn links_follow_the_rights_of_the_caller() {
    each(|service| async move {
        let (integration, issue) = (service.installed().await, service.issue("shop").await);
        ticket(&service, "OPS-7");
        let outsider = user(950, &service.other, Role::Owner);
        let fields = json!({"externalIssue": "OPS-7"});
        let foreign = service.link(&outsider, &issue, &integration, fields.clone()).await;
        assert_eq!(reason(foreign), "ISSUE_NOT_FOUND");
        let anonymous =
            service.link(&patchbay_domain::Caller::Anonymous, &issue, &integration, fields.clone()).await;
        assert_eq!(reason(anonymous), "NO_CREDENTIALS");
        let missing = Integration { id: 999, ..integration };
        let missing = service.link(&service.member(), &issue, &missing, fields).await;
        assert_eq!(reason(missing), "INTEGRATION_NOT_FOUND");
    })
    .await;
}

#[tokio::test]
async fn choices_are_found_at_the_tracker() {
    each(|service| async move {
        let integration = service.installed().await;
        ticket(&service, "OPS-7");
        let mut links = service.links.clone();
        let search = |field: &str, query: &str| SearchRequest {
            organization: service.acme.slug.clone(),
            integration_id: integration.id,
            provider: "slate".to_owned(),
            field: field.to_owned(),
            query: query.to_owned(),
            ..Default::default()
        };
        let member = service.member();
        let found = links.search(request_as(&member, search("externalIssue", "Printer"))).await.unwrap();
        let choices = found.into_inner().choices;
        assert_eq!((choices[0].value.as_str(), choices[0].label.as_str()), ("OPS-7", "Printer on fire"));
        let missing = refusal(links.search(request_as(&member, search("", "x"))).await);
        assert_eq!(missing.message, "field is a required parameter");
        let missing = refusal(links.search(request_as(&member, search("x", ""))).await);
        assert_eq!(missing.message, "query is a required parameter");
    })
    .await;
}
