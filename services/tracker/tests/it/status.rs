use patchbay_domain::{Caller, Role};
use patchbay_proto::tracker::update_issues_request::Issues as Which;
use patchbay_proto::tracker::{
    IssueFilter, IssueIds, ListActivityRequest, ListHistoryRequest, UpdateIssuesRequest,
};
use patchbay_rpc::{request, request_as};
use serde_json::{Value, json};

use crate::published::Published;
use crate::service::{Service, caller, each, reason, refusal, user};

pub(crate) fn update(ids: &[i64]) -> UpdateIssuesRequest {
    let ids = IssueIds { ids: ids.to_vec(), ..Default::default() };
    UpdateIssuesRequest { issues: Some(Which::Ids(ids)), ..Default::default() }
}

fn status(ids: &[i64], status: &str, details: &str) -> UpdateIssuesRequest {
    UpdateIssuesRequest {
        status: Some(status.to_owned()),
        status_details_json: details.into(),
        ..update(ids)
    }
}

async fn set(tracker: &Service, id: i64, to: &str, details: &str) -> Value {
    let answer = tracker.issues().update_issues(request(status(&[id], to, details))).await.unwrap();
    serde_json::from_slice(&answer.into_inner().issues[0].document_json).unwrap()
}

#[tokio::test]
async fn each_change_of_status_is_published_once_with_its_author() {
    each(|tracker| async move {
        tracker.organization("Acme").await;
        tracker.project("acme", "Front End").await;
        let ada = tracker.worker("acme", "Ada", "member").await;
        let id = tracker.issue("acme", "front-end", "boom").await.id;
        let mut published = Published::by(&tracker);
        assert_eq!(published.next().await.0, "issue.created");

        let resolved = status(&[id], "resolved", "");
        tracker.issues().update_issues(request_as(&caller(&ada), resolved.clone())).await.unwrap();
        let (kind, data, event) = published.next().await;
        assert_eq!(kind, "issue.resolved");
        assert_eq!(data["resolution_type"], "now");
        assert_eq!(data["issue"]["status"], "resolved");
        assert_eq!(data["issue"]["url"], format!("https://patchbay.example/api/0/issues/{id}/"));
        let keys: Vec<_> = data.as_object().unwrap().keys().cloned().collect();
        assert_eq!(keys, ["resolution_type", "issue"]);
        let actor = event.actor.unwrap().kind.unwrap();
        assert!(format!("{actor:?}").contains("Ada"), "{actor:?}");

        // A repeated change is not published; the next event is of the next change.
        tracker.issues().update_issues(request(resolved)).await.unwrap();
        let ignored = set(&tracker, id, "ignored", r#"{"ignoreCount":5}"#).await;
        assert_eq!(ignored["statusDetails"], json!({ "ignoreCount": 5 }));
        set(&tracker, id, "unresolved", "").await;
        assert_eq!(published.next_types(2).await, ["issue.ignored", "issue.unresolved"]);
        assert_eq!(tracker.read(id).await["statusDetails"], json!({}));
    })
    .await;
}

#[tokio::test]
async fn changes_are_stored_as_activity_and_history() {
    each(|tracker| async move {
        tracker.organization("Acme").await;
        tracker.project("acme", "Front End").await;
        let id = tracker.issue("acme", "front-end", "boom").await.id;
        for to in ["resolved", "unresolved", "ignored"] {
            tracker.clock.advance(std::time::Duration::from_secs(1));
            set(&tracker, id, to, "").await;
        }
        let asked = ListActivityRequest { issue_id: id, ..Default::default() };
        let activity = tracker.issues().list_activity(request(asked)).await.unwrap().into_inner();
        let kinds: Vec<_> = activity.activities.iter().map(|entry| entry.r#type.as_str()).collect();
        assert_eq!(kinds, ["set_ignored", "set_unresolved", "set_resolved", "first_seen"]);
        let asked = ListHistoryRequest { issue_id: id };
        let history = tracker.issues().list_history(request(asked)).await.unwrap().into_inner();
        let states: Vec<_> = history.entries.iter().map(|entry| entry.state.as_str()).collect();
        assert_eq!(states, ["new", "resolved", "unresolved", "ignored"]);
    })
    .await;
}

#[tokio::test]
async fn many_issues_change_at_once_or_none_does() {
    each(|tracker| async move {
        let acme = tracker.organization("Acme").await;
        tracker.project("acme", "Front End").await;
        let mut ids = Vec::new();
        for n in 0..5 {
            ids.push(tracker.issue("acme", "front-end", &format!("boom {n}")).await.id);
        }
        let with_stranger = [&ids[..], &[99_999]].concat();
        let answer = tracker.issues().update_issues(request(status(&with_stranger, "resolved", ""))).await;
        assert_eq!(reason(answer), "ISSUE_NOT_FOUND");
        assert_eq!(tracker.read(ids[0]).await["status"], "unresolved");

        tracker.issues().update_issues(request(status(&ids[..2], "resolved", ""))).await.unwrap();
        let filter = IssueFilter {
            organization: "acme".into(),
            query: "is:unresolved boom".into(),
            ..Default::default()
        };
        let asked = UpdateIssuesRequest { issues: Some(Which::Filter(filter)), ..status(&[], "ignored", "") };
        let answer = tracker.issues().update_issues(request_as(&user(&acme, Role::Member), asked)).await;
        assert_eq!(answer.unwrap().into_inner().issues.len(), 3);
        for (position, id) in ids.iter().enumerate() {
            let expected = if position < 2 { "resolved" } else { "ignored" };
            assert_eq!(tracker.read(*id).await["status"], expected);
        }
    })
    .await;
}

#[tokio::test]
async fn a_status_that_cannot_be_is_refused() {
    each(|tracker| async move {
        let initech = tracker.organization("Initech").await;
        tracker.organization("Acme").await;
        tracker.project("acme", "Front End").await;
        let id = tracker.issue("acme", "front-end", "boom").await.id;
        for (to, details, field) in [
            ("gone", "", "status"),
            ("resolved", r#"{"inNextRelease":true}"#, "statusDetails"),
            ("resolved", r#"{"inRelease":"9"}"#, "statusDetails"),
            ("ignored", r#"{"ignoreCount":0}"#, "statusDetails"),
        ] {
            let answer = tracker.issues().update_issues(request(status(&[id], to, details))).await;
            assert_eq!(refusal(answer).fields[0].field, field, "{to} {details}");
        }
        for stranger in [user(&initech, Role::Owner), Caller::Anonymous] {
            let asked = request_as(&stranger, status(&[id], "resolved", ""));
            assert_eq!(reason(tracker.issues().update_issues(asked).await), "ISSUE_NOT_FOUND");
        }
        assert_eq!(tracker.read(id).await["status"], "unresolved");
    })
    .await;
}
