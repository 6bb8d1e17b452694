use std::time::Duration;

use patchbay_domain::Role;
use patchbay_proto::tracker::delete_issues_request::Issues as Which;
use patchbay_proto::tracker::{
    CreateCommentRequest, DeleteIssuesRequest, DeleteProjectRequest, GetIssueRequest, GetProjectRequest,
    IssueIds, LinkExternalIssueRequest, NotificationSetting,
};
use patchbay_rpc::{request, request_as};
use patchbay_testkit::eventually;
use serde_json::json;

use crate::running::{Running, each, reason, record, user};

/// Everything that can belong to an issue or project.
const TABLES: [&str; 12] = [
    "issues",
    "issue_words",
    "issue_users",
    "issue_history",
    "issue_subscriptions",
    "activity",
    "external_issues",
    "error_events",
    "releases",
    "project_counts",
    "notification_settings",
    "projects",
];

async fn rows(tracker: &Running, table: &str) -> i64 {
    let text = format!("select count(*) from {table}");
    tracker.db.query(patchbay_db::AssertSqlSafe(text)).fetch_scalar().await.unwrap()
}

async fn fill(tracker: &Running) -> i64 {
    tracker.organization("Acme").await;
    tracker.project("acme", "Front End").await;
    let ada = tracker.worker("acme", "Ada", "owner").await;
    let errors: Vec<_> = (0..150)
        .map(|n| json!({ "message": format!("boom {n}"), "user": { "id": n }, "release": "1" }))
        .collect();
    let id = tracker.record(&errors).await[0].issue_id;
    let comment = CreateCommentRequest { issue_id: id, text: "x".into(), ..Default::default() };
    let ada_speaks = request_as(&crate::running::caller(&ada), comment);
    tracker.issues().create_comment(ada_speaks).await.unwrap();
    let link = LinkExternalIssueRequest {
        issue_id: id,
        organization_id: ada.memberships[0].organization_id,
        app_id: 3,
        app_slug: "jira".into(),
        web_url: "https://jira.example/ACME-1".into(),
        project: "ACME".into(),
        identifier: "1".into(),
    };
    tracker.issues().link_external_issue(request(link)).await.unwrap();
    let setting = NotificationSetting {
        organization: "acme".into(),
        project: "front-end".into(),
        user_id: ada.id,
        kind: "alerts".into(),
        value: "never".into(),
    };
    tracker.projects().set_notification_setting(request(setting)).await.unwrap();
    for table in TABLES {
        assert!(rows(tracker, table).await > 0, "{table}");
    }
    id
}

#[tokio::test]
async fn a_deleted_project_is_gone_at_once_and_what_belongs_to_it_soon() {
    each(|tracker| async move {
        let id = fill(&tracker).await;
        let acme = tracker.project("acme", "Other").await.organization_id;
        let (organization, project) = ("acme".to_owned(), "front-end".to_owned());
        let delete = DeleteProjectRequest { organization: organization.clone(), project: project.clone() };
        let manager =
            user(&patchbay_proto::tracker::Organization { id: acme, ..Default::default() }, Role::Member);
        let refused = tracker.projects().delete_project(request_as(&manager, delete.clone())).await;
        assert_eq!(reason(refused), "PERMISSION_DENIED");
        tracker.projects().delete_project(request(delete.clone())).await.unwrap();

        let asked = GetProjectRequest { organization, project };
        assert_eq!(reason(tracker.projects().get_project(request(asked)).await), "PROJECT_NOT_FOUND");
        let asked = GetIssueRequest { id, organization: String::new() };
        assert_eq!(reason(tracker.issues().get_issue(request(asked)).await), "ISSUE_NOT_FOUND");
        let answer = tracker.issues().record_error(request(record(&[json!({ "message": "x" })]))).await;
        assert_eq!(reason(answer), "PROJECT_NOT_FOUND");
        assert_eq!(tracker.project("acme", "Front End").await.slug, "front-end", "the slug is free");

        eventually(Duration::from_secs(20), "nothing is left of it", async || {
            for table in TABLES {
                let left = if table == "projects" { 2 } else { 0 };
                if rows(&tracker, table).await != left {
                    return None;
                }
            }
            Some(())
        })
        .await;
        assert_eq!(reason(tracker.projects().delete_project(request(delete.clone())).await), "OK");
        assert_eq!(reason(tracker.projects().delete_project(request(delete)).await), "PROJECT_NOT_FOUND");
    })
    .await;
}

#[tokio::test]
async fn a_deleted_issue_is_gone_and_an_error_of_its_kind_opens_another() {
    each(|tracker| async move {
        let id = fill(&tracker).await;
        let ids = |ids: &[i64]| {
            let ids = IssueIds { ids: ids.to_vec(), ..Default::default() };
            DeleteIssuesRequest { issues: Some(Which::Ids(ids)) }
        };
        let deleted = tracker.issues().delete_issues(request(ids(&[id]))).await.unwrap().into_inner();
        assert_eq!(deleted.deleted, 1);
        assert_eq!(reason(tracker.issues().delete_issues(request(ids(&[id]))).await), "ISSUE_NOT_FOUND");
        let again = tracker.record(&[json!({ "message": "boom 0" })]).await;
        assert!(again[0].opened && again[0].issue_id != id);
        eventually(Duration::from_secs(20), "nothing is left of it", async || {
            (rows(&tracker, "external_issues").await == 0 && rows(&tracker, "issues").await == 150)
                .then_some(())
        })
        .await;
    })
    .await;
}
