//! Tickets at outside trackers: what an issue shows of them, and rules that request them.

use patchbay_domain::Scope;
use patchbay_proto::tracker::issue_change::Change;
use patchbay_proto::tracker::{
    AlertAction, CreateRuleRequest, ForgetTicketsRequest, GetIssueRequest, GetRuleRequest, IntegrationSource,
    LinkOfIssue, ListActivityRequest, NewRule, RecordTicketRequest, RemoveMemberRequest, TicketAction,
};
use patchbay_rpc::{request, request_as};
use serde_json::{Value, json};

use crate::service::{Service, app, each, reason, refusal};

fn ticket(issue_id: i64, link_id: i64, key: &str) -> RecordTicketRequest {
    RecordTicketRequest {
        issue_id,
        link_id,
        source: Some(IntegrationSource {
            integration_id: 31,
            provider_key: "jira_server".to_owned(),
            provider_name: "Jira Server".to_owned(),
        }),
        title: "Printer on fire".to_owned(),
        url: format!("https://jira.acme.test/browse/{key}"),
        label: key.to_owned(),
        is_new_ticket: true,
        user_id: 0,
    }
}

async fn issue(tracker: &Service) -> i64 {
    tracker.organization("Acme").await;
    tracker.project("acme", "Front End").await;
    tracker.issue("acme", "front-end", "boom").await.id
}

async fn document(tracker: &Service, id: i64) -> Value {
    let read = GetIssueRequest { id, ..Default::default() };
    let issue = tracker.issues().get_issue(request(read)).await.unwrap().into_inner();
    serde_json::from_slice(&issue.document_json).unwrap()
}

#[tokio::test]
async fn an_issue_shows_its_tickets_and_who_linked_them() {
    each(|tracker| async move {
        let id = issue(&tracker).await;
        let ada = tracker.worker("acme", "Ada", "member").await.id;
        let by_ada = RecordTicketRequest { user_id: ada, ..ticket(id, 5, "OPS-7") };
        tracker.issues().record_ticket(request(by_ada)).await.unwrap();
        tracker.issues().record_ticket(request(ticket(id, 5, "WEB-3"))).await.unwrap();
        tracker.issues().record_ticket(request(ticket(id, 6, "OPS-8"))).await.unwrap();

        let shown =
            |key: &str| json!({ "url": format!("https://jira.acme.test/browse/{key}"), "displayName": key });
        assert_eq!(document(&tracker, id).await["annotations"], json!([shown("WEB-3"), shown("OPS-8")]));
        let asked = ListActivityRequest { issue_id: id, ..Default::default() };
        let activity = tracker.issues().list_activity(request(asked)).await.unwrap().into_inner().activities;
        let entries = activity.iter().map(|it| serde_json::from_slice::<Value>(&it.document_json).unwrap());
        let linked: Vec<Value> = entries.filter(|it| it["type"] == "create_issue").collect();
        assert_eq!(linked.len(), 2, "a known link has no second entry");
        assert_eq!(linked[1]["user"]["id"], ada.to_string());
        let expected = json!({
            "title": "Printer on fire",
            "provider": "Jira Server",
            "location": "https://jira.acme.test/browse/OPS-7",
            "label": "OPS-7",
            "new": true,
            "provider_key": "jira_server",
            "integration_id": 31,
        });
        assert_eq!(linked[1]["data"], expected);

        let links = [(id, 5), (id, 99), (77, 5)];
        let links = links.map(|(issue_id, link_id)| LinkOfIssue { issue_id, link_id }).to_vec();
        tracker.issues().forget_tickets(request(ForgetTicketsRequest { links })).await.unwrap();
        assert_eq!(document(&tracker, id).await["annotations"], json!([shown("OPS-8")]));
    })
    .await;
}

#[tokio::test]
async fn only_services_record_tickets_and_bad_ones_are_refused() {
    each(|tracker| async move {
        let acme = tracker.organization("Acme").await;
        tracker.project("acme", "Front End").await;
        let id = tracker.issue("acme", "front-end", "boom").await.id;
        let hooks = app(&acme, &[Scope::EventAdmin]);
        let forged = tracker.issues().record_ticket(request_as(&hooks, ticket(id, 5, "OPS-7"))).await;
        assert_eq!(reason(forged), "PERMISSION_DENIED");
        let forged =
            tracker.issues().forget_tickets(request_as(&hooks, ForgetTicketsRequest::default())).await;
        assert_eq!(reason(forged), "PERMISSION_DENIED");
        assert_eq!(
            reason(tracker.issues().record_ticket(request(ticket(77, 5, "OPS-7"))).await),
            "ISSUE_NOT_FOUND"
        );
        let script = RecordTicketRequest { url: "javascript:alert(1)".to_owned(), ..ticket(id, 5, "OPS-7") };
        let refused = refusal(tracker.issues().record_ticket(request(script)).await);
        assert_eq!(refused.fields[0].field, "url");
        let many = ForgetTicketsRequest { links: vec![LinkOfIssue::default(); 1001] };
        assert_eq!(reason(tracker.issues().forget_tickets(request(many)).await), "BATCH_TOO_LARGE");
        assert_eq!(document(&tracker, id).await["annotations"], json!([]));
    })
    .await;
}

#[tokio::test]
async fn a_rule_requests_a_ticket_once_for_an_issue() {
    each(|tracker| async move {
        tracker.organization("Acme").await;
        tracker.project("acme", "Front End").await;
        let fields = json!({ "project": "20400", "issuetype": "1" });
        let action = AlertAction {
            ticket: Some(TicketAction {
                integration_id: 31,
                provider_key: "jira_server".to_owned(),
                fields_json: fields.to_string().into(),
                form_json: Vec::new(),
            }),
            ..Default::default()
        };
        let condition = json!({ "id": "sentry.rules.conditions.first_seen_event.FirstSeenEventCondition" });
        let rule = NewRule {
            name: "New errors get a ticket".to_owned(),
            frequency: 5,
            conditions_json: json!([condition]).to_string().into(),
            actions: vec![action.clone()],
            ..Default::default()
        };
        let (organization, project) = ("acme".to_owned(), "front-end".to_owned());
        let create = CreateRuleRequest {
            organization: organization.clone(),
            project: project.clone(),
            rule: Some(rule.clone()),
        };
        let id = tracker.alerts().create_rule(request(create)).await.unwrap().into_inner().id;
        tracker.record(&[json!({ "message": "one" }), json!({ "message": "one" })]).await;

        let change = tracker.followed.expect(1).await.remove(0);
        let Some(Change::TicketRequested(requested)) = &change.change else { panic!("{change:?}") };
        assert_eq!((requested.integration_id, requested.rule_id), (31, id));
        assert_eq!(serde_json::from_slice::<Value>(&requested.fields_json).unwrap(), fields);
        assert_eq!(document(&tracker, change.issue_id).await["title"], "one");

        let read = GetRuleRequest { organization: organization.clone(), project: project.clone(), id };
        let stored = tracker.alerts().get_rule(request(read)).await.unwrap().into_inner();
        let stored: Value = serde_json::from_slice(&stored.document_json).unwrap();
        assert_eq!(stored["actions"][0]["integration"], "31");
        assert_eq!(stored["actions"][0]["project"], "20400");

        let nothing = TicketAction { integration_id: 0, ..action.ticket.unwrap() };
        let actions = vec![AlertAction { ticket: Some(nothing), ..Default::default() }];
        let wrong = CreateRuleRequest { organization, project, rule: Some(NewRule { actions, ..rule }) };
        let refused = refusal(tracker.alerts().create_rule(request(wrong)).await);
        assert_eq!(refused.fields[0].field, "actions");
    })
    .await;
}

#[tokio::test]
async fn a_removed_member_is_published_to_those_who_follow() {
    each(|tracker| async move {
        tracker.organization("Acme").await;
        tracker.worker("acme", "Olga", "owner").await;
        let user_id = tracker.worker("acme", "Ada", "member").await.id;
        let remove = RemoveMemberRequest { organization: "acme".to_owned(), user_id };
        tracker.directory().remove_member(request(remove)).await.unwrap();
        let change = tracker.followed.expect(1).await.remove(0);
        let Some(Change::MemberRemoved(removed)) = change.change else { panic!("{change:?}") };
        assert_eq!((removed.user_id, change.project_id, change.issue_id), (user_id, 0, 0));
    })
    .await;
}
