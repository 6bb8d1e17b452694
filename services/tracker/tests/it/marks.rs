//! The marks of one user or app on an issue: seen, and a bookmark.

use patchbay_domain::{Caller, Scope};
use patchbay_proto::tracker::{GetIssueRequest, UpdateIssuesRequest};
use patchbay_rpc::{request, request_as};
use serde_json::{Value, json};

use crate::service::{Service, app, caller, each, refusal};
use crate::status::update;

/// `hasSeen` and `isBookmarked` of an issue as this caller sees it.
async fn marks(tracker: &Service, caller: &Caller, id: i64) -> (bool, bool) {
    let message = GetIssueRequest { id, ..Default::default() };
    let issue = tracker.issues().get_issue(request_as(caller, message)).await.unwrap().into_inner();
    let document: Value = serde_json::from_slice(&issue.document_json).unwrap();
    (document["hasSeen"].as_bool().unwrap(), document["isBookmarked"].as_bool().unwrap())
}

async fn change(tracker: &Service, caller: &Caller, id: i64, seen: Option<bool>, bookmarked: Option<bool>) {
    let message = UpdateIssuesRequest { has_seen: seen, is_bookmarked: bookmarked, ..update(&[id]) };
    let issues =
        tracker.issues().update_issues(request_as(caller, message)).await.unwrap().into_inner().issues;
    let document: Value = serde_json::from_slice(&issues[0].document_json).unwrap();
    for (key, value) in [("hasSeen", seen), ("isBookmarked", bookmarked)] {
        assert!(value.is_none_or(|value| document[key] == value), "the answer shows the change");
    }
}

#[tokio::test]
async fn marks_belong_to_one_caller_and_stay_until_they_are_changed() {
    each(|tracker| async move {
        let acme = tracker.organization("Acme").await;
        tracker.project("acme", "Front End").await;
        let ada = caller(&tracker.worker("acme", "Ada", "member").await);
        let bob = caller(&tracker.worker("acme", "Bob", "member").await);
        let hooks = app(&acme, &[Scope::EventWrite]);
        let id = tracker.record(&[json!({ "message": "boom" })]).await[0].issue_id;

        change(&tracker, &ada, id, Some(true), None).await;
        change(&tracker, &ada, id, None, Some(true)).await;
        change(&tracker, &hooks, id, None, Some(true)).await;
        assert_eq!(marks(&tracker, &ada, id).await, (true, true));
        assert_eq!(marks(&tracker, &bob, id).await, (false, false));
        assert_eq!(marks(&tracker, &hooks, id).await, (false, true));
        assert_eq!(marks(&tracker, &Caller::Operator, id).await, (false, false));
        change(&tracker, &ada, id, None, Some(false)).await;
        assert_eq!(marks(&tracker, &ada, id).await, (true, false));

        let resolve = UpdateIssuesRequest { status: Some("resolved".into()), ..update(&[id]) };
        tracker.issues().update_issues(request(resolve)).await.unwrap();
        assert_eq!(marks(&tracker, &ada, id).await, (true, false));
        tracker.record(&[json!({ "message": "boom" })]).await;
        assert_eq!(marks(&tracker, &ada, id).await, (false, false), "it happened again");
    })
    .await;
}

#[tokio::test]
async fn callers_without_marks_are_refused_unless_they_confirm_what_is() {
    each(|tracker| async move {
        let acme = tracker.organization("Acme").await;
        tracker.project("acme", "Front End").await;
        let id = tracker.issue("acme", "front-end", "boom").await.id;
        let hooks = app(&acme, &[Scope::EventWrite]);
        for (caller, change, field) in [
            (&Caller::Operator, UpdateIssuesRequest { has_seen: Some(true), ..update(&[id]) }, "hasSeen"),
            (
                &Caller::Operator,
                UpdateIssuesRequest { is_bookmarked: Some(true), ..update(&[id]) },
                "isBookmarked",
            ),
            (&hooks, UpdateIssuesRequest { is_subscribed: Some(true), ..update(&[id]) }, "isSubscribed"),
        ] {
            let error = refusal(tracker.issues().update_issues(request_as(caller, change)).await);
            assert_eq!(error.fields[0].field, field);
        }
        let (no, of) = (Some(false), update(&[id]));
        let confirmed = UpdateIssuesRequest { has_seen: no, is_bookmarked: no, is_subscribed: no, ..of };
        for caller in [&Caller::Operator, &hooks] {
            tracker.issues().update_issues(request_as(caller, confirmed.clone())).await.unwrap();
        }
    })
    .await;
}
