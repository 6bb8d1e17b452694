//! What trackers outside follow, and changes that come from there.

use patchbay_domain::Scope;
use patchbay_proto::tracker::issue_change::Change;
use patchbay_proto::tracker::{
    CreateCommentRequest, DeleteProjectRequest, IntegrationSource, IssueChange, ListActivityRequest,
    UpdateCommentRequest, UpdateIssuesRequest,
};
use patchbay_rpc::{request, request_as};
use serde_json::{Value, json};

use crate::published::Published;
use crate::service::{app, caller, each, reason, refusal};
use crate::status::update;

fn jira() -> IntegrationSource {
    IntegrationSource {
        integration_id: 31,
        provider_key: "jira_server".to_owned(),
        provider_name: "Jira Server".to_owned(),
    }
}

fn resolve(id: i64, source: Option<IntegrationSource>) -> UpdateIssuesRequest {
    UpdateIssuesRequest { status: Some("resolved".to_owned()), source, ..update(&[id]) }
}

fn kind(change: &IssueChange) -> Value {
    match change.change.as_ref().unwrap() {
        Change::Assignee(it) => json!({ "user": it.user_id, "team": it.team_id }),
        Change::Status(it) => json!({ "resolved": it.is_resolved }),
        Change::Comment(it) => json!({ "comment": it.text, "by": it.author_name, "edited": it.is_edited }),
        Change::Deleted(_) => json!("deleted"),
        Change::TicketRequested(it) => {
            let fields: Value = serde_json::from_slice(&it.fields_json).unwrap();
            json!({ "integration": it.integration_id, "fields": fields, "rule": it.rule_name })
        }
        Change::ProjectDeleted(_) => json!("project deleted"),
        Change::MemberRemoved(it) => json!({ "removed": it.user_id }),
    }
}

#[tokio::test]
async fn every_change_that_trackers_follow_is_published_once_with_its_issue() {
    each(|tracker| async move {
        tracker.organization("Acme").await;
        let project = tracker.project("acme", "Front End").await;
        let ada = tracker.worker("acme", "Ada", "member").await;
        let id = tracker.issue("acme", "front-end", "boom").await.id;
        let mut published = Published::by(&tracker);
        let mut issues = tracker.issues();
        let change = |assigned_to: Option<&str>, status: Option<&str>| {
            let assigned_to = assigned_to.map(str::to_owned);
            UpdateIssuesRequest { assigned_to, status: status.map(str::to_owned), ..update(&[id]) }
        };
        for wanted in [
            change(Some("ada@example.com"), None),
            change(Some("ada@example.com"), Some("ignored")),
            change(Some(""), Some("resolved")),
            change(None, Some("unresolved")),
        ] {
            issues.update_issues(request(wanted)).await.unwrap();
        }
        let ada_id = ada.id;
        let ada = caller(&ada);
        let write =
            CreateCommentRequest { issue_id: id, organization: String::new(), text: "It broke.".to_owned() };
        let comment_id = issues.create_comment(request_as(&ada, write)).await.unwrap().into_inner().id;
        let edit = UpdateCommentRequest {
            issue_id: id,
            organization: String::new(),
            comment_id,
            text: "Fixed.".to_owned(),
        };
        issues.update_comment(request_as(&ada, edit)).await.unwrap();
        let delete =
            DeleteProjectRequest { organization: "acme".to_owned(), project: "front-end".to_owned() };
        tracker.projects().delete_project(request(delete)).await.unwrap();

        published.next_types(7).await;
        let changes = tracker.followed.expect(8).await;
        let kinds: Vec<Value> = changes.iter().map(kind).collect();
        let expected = [
            json!({ "user": ada_id, "team": 0 }),
            json!({ "resolved": true }),
            json!({ "user": 0, "team": 0 }),
            json!({ "resolved": false }),
            json!({ "comment": "It broke.", "by": "Ada", "edited": false }),
            json!({ "comment": "Fixed.", "by": "Ada", "edited": true }),
            json!("project deleted"),
            json!("deleted"),
        ];
        assert_eq!(kinds, expected);
        for change in changes {
            let is_of_project = matches!(change.change, Some(Change::ProjectDeleted(_)));
            assert_eq!(
                (change.project_id, change.issue_id),
                (project.id, if is_of_project { 0 } else { id })
            );
            assert_eq!(change.source, None);
        }
    })
    .await;
}

#[tokio::test]
async fn a_change_by_an_integration_carries_it_to_activity_webhook_and_followers() {
    each(|tracker| async move {
        let acme = tracker.organization("Acme").await;
        tracker.project("acme", "Front End").await;
        let id = tracker.issue("acme", "front-end", "boom").await.id;
        let mut published = Published::by(&tracker);
        assert_eq!(published.next().await.0, "issue.created");

        tracker.issues().update_issues(request(resolve(id, Some(jira())))).await.unwrap();

        let (kind, data, _) = published.next().await;
        assert_eq!(
            (kind.as_str(), &data["resolution_type"]),
            ("issue.resolved", &json!("with_third_party_app"))
        );
        let asked = ListActivityRequest { issue_id: id, ..Default::default() };
        let activity = tracker.issues().list_activity(request(asked)).await.unwrap().into_inner().activities;
        let documents = activity.iter().map(|it| serde_json::from_slice::<Value>(&it.document_json).unwrap());
        let resolved = documents.into_iter().find(|it| it["type"] == "set_resolved").unwrap();
        let expected =
            json!({ "provider": "Jira Server", "provider_key": "jira_server", "integration_id": 31 });
        assert_eq!(resolved["data"], expected);
        assert_eq!(tracker.followed.expect(1).await[0].source, Some(jira()));

        let hooks = app(&acme, &[Scope::EventAdmin]);
        let forged = tracker.issues().update_issues(request_as(&hooks, resolve(id, Some(jira())))).await;
        assert_eq!(reason(forged), "PERMISSION_DENIED");
        let nothing = IntegrationSource { integration_id: 0, ..jira() };
        let refused = refusal(tracker.issues().update_issues(request(resolve(id, Some(nothing)))).await);
        assert_eq!(refused.fields[0].field, "source");
    })
    .await;
}
