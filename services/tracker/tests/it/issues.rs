use std::collections::BTreeSet;

use futures::future::join_all;
use patchbay_proto::tracker::GetIssueRequest;
use patchbay_rpc::request;
use serde_json::{Value, json};

use crate::service::{each, issue, reason};

fn get(id: i64, organization: &str) -> tonic::Request<GetIssueRequest> {
    request(GetIssueRequest { id, organization: organization.to_owned(), ..Default::default() })
}

#[tokio::test]
async fn an_issue_reads_back_as_it_was_opened() {
    each(|tracker| async move {
        let acme = tracker.organization("Acme").await;
        let project = tracker.project("acme", "Front End").await;
        let mut asked = issue("acme", "front-end", "ReferenceError: heck is not defined");
        asked.culprit = "?(runner)".to_owned();
        asked.level = "fatal".to_owned();
        asked.metadata_json = r#"{ "value": "\u0000 é", "type": "ReferenceError", "9": 1.50 }"#.into();
        let opened = tracker.issues().create_issue(request(asked)).await.unwrap().into_inner();
        assert_eq!((opened.organization_id, opened.project_id), (acme.id, project.id));
        assert_eq!(opened.short_id, "FRONT-END-1");

        for organization in ["", "acme", &acme.id.to_string()] {
            let found = tracker.issues().get_issue(get(opened.id, organization)).await.unwrap();
            assert_eq!(found.into_inner(), opened);
        }
        let document: Value = serde_json::from_slice(&opened.document_json).unwrap();
        assert_eq!(document["id"], json!(opened.id.to_string()));
        assert_eq!(document["shortId"], "FRONT-END-1");
        assert_eq!(document["type"], "error");
        assert_eq!(document["level"], "fatal");
        assert_eq!(document["platform"], "javascript", "the project's");
        assert_eq!(document["firstSeen"], "2019-08-19T20:58:37.391000Z");
        assert_eq!(document["count"], "1");
        assert_eq!(document["permalink"], Value::Null);
        assert_eq!(document.get("url"), None, "links are for webhooks");
        let metadata = document["metadata"].to_string();
        assert_eq!(metadata, r#"{"9":1.5,"value":"\u0000 é","type":"ReferenceError"}"#);
    })
    .await;
}

#[tokio::test]
async fn an_issue_is_not_found_where_it_is_not() {
    each(|tracker| async move {
        tracker.organization("Acme").await;
        tracker.organization("Initech").await;
        tracker.project("acme", "Front End").await;
        let opened = tracker.issue("acme", "front-end", "boom").await;
        let mut issues = tracker.issues();
        for (id, organization) in
            [(opened.id + 1, ""), (0, ""), (-1, ""), (opened.id, "initech"), (opened.id, "no\0slug")]
        {
            let answer = issues.get_issue(get(id, organization)).await;
            assert_eq!(reason(answer), "ISSUE_NOT_FOUND", "{id} {organization:?}");
        }
        for (organization, project) in
            [("acme", "back-end"), ("initech", "front-end"), ("unknown", "front-end"), ("", "")]
        {
            let answer = issues.create_issue(request(issue(organization, project, "boom"))).await;
            assert_eq!(reason(answer), "PROJECT_NOT_FOUND", "{organization}/{project}");
        }
    })
    .await;
}

#[tokio::test]
async fn each_project_counts_its_own_issues() {
    each(|tracker| async move {
        tracker.organization("Acme").await;
        tracker.project("acme", "Front End").await;
        tracker.project("acme", "Back").await;
        let mut short_ids = Vec::new();
        for project in ["front-end", "back", "front-end"] {
            short_ids.push(tracker.issue("acme", project, "boom").await.short_id);
        }
        assert_eq!(short_ids, ["FRONT-END-1", "BACK-1", "FRONT-END-2"]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn issues_opened_at_once_are_numbered_without_a_gap() {
    each(|tracker| async move {
        tracker.organization("Acme").await;
        tracker.project("acme", "Web").await;
        let tasks = (0..32).map(|n| {
            let tracker = tracker.clone();
            tokio::spawn(async move { tracker.issue("acme", "web", &format!("boom {n}")).await })
        });
        let opened: Vec<_> = join_all(tasks).await.into_iter().map(Result::unwrap).collect();

        let short_ids: BTreeSet<_> = opened.iter().map(|issue| issue.short_id.clone()).collect();
        let digits = "123456789ABCDEFGHJKMNPQRSTVWXYZ".chars().map(|digit| format!("WEB-{digit}"));
        let expected: BTreeSet<_> = digits.chain(["WEB-10".to_owned()]).collect();
        assert_eq!(short_ids, expected);
        let ids: BTreeSet<_> = opened.iter().map(|issue| issue.id).collect();
        assert_eq!(ids.len(), 32);
        assert!(tracker.metrics.encode().contains("patchbay_tracker_issues_created_total 32"));
    })
    .await;
}
