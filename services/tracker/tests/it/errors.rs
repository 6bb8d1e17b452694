use std::collections::BTreeSet;
use std::time::Duration;

use futures::future::join_all;
use patchbay_domain::{Role, Scope};
use patchbay_proto::tracker::{
    DeleteProjectRequest, GetEventRequest, ListEventsRequest, RecordErrorRequest, UpdateIssuesRequest,
};
use patchbay_rpc::{request, request_as};
use patchbay_testkit::eventually;
use serde_json::{Value, json};

use crate::published::Published;
use crate::service::{SOON, Service, app, each, each_with, reason, record, user};
use crate::status::update;

const DAY: Duration = Duration::from_secs(24 * 3600);

fn event_of(issue_id: i64, event_id: &str) -> GetEventRequest {
    GetEventRequest { event_id: event_id.to_owned(), issue_id, ..Default::default() }
}

fn error(function: &str, user: &str) -> Value {
    let frames = json!([{ "module": "app", "filename": "app.js", "function": function, "in_app": true }]);
    let exception = json!({ "type": "TypeError", "value": "x is null", "stacktrace": { "frames": frames } });
    json!({ "exception": { "values": [exception] }, "platform": "javascript", "user": { "id": user } })
}

async fn acme(tracker: &Service) {
    tracker.organization("Acme").await;
    tracker.project("acme", "Front End").await;
}

#[tokio::test]
async fn the_first_error_of_a_kind_opens_an_issue_and_the_others_count() {
    each(|tracker| async move {
        acme(&tracker).await;
        let mut published = Published::by(&tracker);
        let recorded =
            tracker.record(&[error("f", "1"), error("g", "1"), error("f", "2"), error("f", "1")]).await;
        let opened: Vec<_> = recorded.iter().map(|event| event.opened).collect();
        assert_eq!(opened, [true, true, false, false]);
        assert_eq!(recorded[0].issue_id, recorded[2].issue_id);
        let issue = tracker.read(recorded[0].issue_id).await;
        assert_eq!((&issue["count"], &issue["userCount"]), (&json!("3"), &json!(2)));
        assert_eq!((&issue["title"], &issue["culprit"]), (&json!("TypeError: x is null"), &json!("f(app)")));
        assert_eq!(issue["type"], "error");

        let types = published.next_types(2).await;
        assert_eq!(types, ["issue.created", "issue.created"]);
        let (kind, data, _) = published.next().await;
        assert_eq!(kind, "error.created");
        assert_eq!(data["error"]["event_id"], recorded[0].event_id);
        assert_eq!(data["error"]["issue_id"], recorded[0].issue_id.to_string());

        tracker.clock.advance(Duration::from_secs(60));
        let again = tracker.record(&[error("f", "3")]).await;
        assert_eq!(again[0].issue_id, recorded[0].issue_id);
        let issue = tracker.read(recorded[0].issue_id).await;
        assert_eq!((&issue["count"], &issue["userCount"]), (&json!("4"), &json!(3)));
        assert_eq!(issue["firstSeen"], "2019-08-19T20:58:37.391000Z");
        assert_eq!(issue["lastSeen"], "2019-08-19T20:59:37.391000Z");
    })
    .await;
}

#[tokio::test]
async fn an_error_that_is_sent_again_is_counted_once() {
    each(|tracker| async move {
        acme(&tracker).await;
        let mut event = error("f", "1");
        event["event_id"] = "bb78c140-7cea-4519-aa39-7afc059c793d".into();
        let first = tracker.record(&[event.clone(), event.clone()]).await;
        assert_eq!((first[0].duplicate, first[1].duplicate), (false, true));
        let again = tracker.record(&[event.clone()]).await;
        assert!(again[0].duplicate);
        assert_eq!(again[0].issue_id, first[0].issue_id);
        tracker.clock.advance(DAY);
        let again = tracker.record(&[event]).await;
        assert!(again[0].duplicate, "also on the next day");
        assert_eq!(tracker.read(first[0].issue_id).await["count"], "1");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn errors_recorded_at_once_are_counted_right() {
    each(|tracker| async move {
        acme(&tracker).await;
        let tasks = (0..16).map(|task| {
            let tracker = tracker.clone();
            tokio::spawn(async move {
                for batch in 0..5 {
                    let errors: Vec<_> =
                        (0..20).map(|n| error(&format!("f{}", n % 4), &format!("{task}-{batch}"))).collect();
                    tracker.record(&errors).await;
                }
            })
        });
        join_all(tasks).await.into_iter().for_each(Result::unwrap);
        let mut ids = BTreeSet::new();
        for event in
            tracker.record(&[error("f0", "x"), error("f1", "x"), error("f2", "x"), error("f3", "x")]).await
        {
            assert!(!event.opened);
            let issue = tracker.read(event.issue_id).await;
            assert_eq!((&issue["count"], &issue["userCount"]), (&json!("401"), &json!(81)));
            ids.insert(event.issue_id);
        }
        assert_eq!(ids.len(), 4);
    })
    .await;
}

#[tokio::test]
async fn a_resolved_issue_that_happens_again_is_unresolved() {
    each(|tracker| async move {
        acme(&tracker).await;
        let id = tracker.record(&[error("f", "1")]).await[0].issue_id;
        let resolve = UpdateIssuesRequest { status: Some("resolved".to_owned()), ..update(&[id]) };
        tracker.issues().update_issues(request(resolve)).await.unwrap();
        let mut published = Published::by(&tracker);
        assert_eq!(published.next_types(3).await, ["issue.created", "error.created", "issue.resolved"]);
        tracker.record(&[error("f", "1")]).await;
        assert_eq!(tracker.read(id).await["status"], "unresolved");
        assert_eq!(published.next_types(2).await, ["issue.unresolved", "error.created"]);
    })
    .await;
}

#[tokio::test]
async fn an_issue_resolved_in_the_next_release_bears_errors_of_this_one() {
    each(|tracker| async move {
        acme(&tracker).await;
        let of = |release: &str| {
            let mut event = error("f", "1");
            event["release"] = release.into();
            event
        };
        let id = tracker.record(&[of("1.0")]).await[0].issue_id;
        let resolve = UpdateIssuesRequest {
            status: Some("resolved".to_owned()),
            status_details_json: br#"{"inNextRelease":true}"#.to_vec(),
            ..update(&[id])
        };
        tracker.issues().update_issues(request(resolve)).await.unwrap();
        tracker.record(&[of("1.0")]).await;
        let issue = tracker.read(id).await;
        assert_eq!((&issue["status"], &issue["count"]), (&json!("resolved"), &json!("2")));
        assert_eq!(issue["statusDetails"], json!({ "inNextRelease": true }));
        tracker.record(&[of("1.1")]).await;
        assert_eq!(tracker.read(id).await["status"], "unresolved");
    })
    .await;
}

#[tokio::test]
async fn an_ignored_issue_comes_back_when_it_is_too_much() {
    each(|tracker| async move {
        acme(&tracker).await;
        let id = tracker.record(&[error("f", "1")]).await[0].issue_id;
        let ignore = UpdateIssuesRequest {
            status: Some("ignored".to_owned()),
            status_details_json: br#"{"ignoreCount":2}"#.to_vec(),
            ..update(&[id])
        };
        tracker.issues().update_issues(request(ignore)).await.unwrap();
        tracker.record(&[error("f", "1")]).await;
        assert_eq!(tracker.read(id).await["status"], "ignored");
        tracker.record(&[error("f", "1")]).await;
        assert_eq!(tracker.read(id).await["status"], "unresolved");
    })
    .await;
}

#[tokio::test]
async fn every_error_of_an_issue_is_kept() {
    each(|tracker| async move {
        acme(&tracker).await;
        let errors: Vec<_> = (0..130).map(|n| error("f", &n.to_string())).collect();
        let first = tracker.record(&errors[..70]).await;
        let last = tracker.record(&errors[70..]).await;
        let issue_id = first[0].issue_id;
        let find =
            async |event_id: &str| tracker.issues().get_event(request(event_of(issue_id, event_id))).await;
        assert_eq!(find("latest").await.unwrap().into_inner().event_id, last[59].event_id);
        assert_eq!(find("oldest").await.unwrap().into_inner().event_id, first[0].event_id);
        for recorded in first.iter().chain(&last) {
            assert_eq!(find(&recorded.event_id).await.unwrap().into_inner().event_id, recorded.event_id);
        }
        for odd in ["", "x", "newest", "bb78c1407cea4519aa397afc059c793d"] {
            assert_eq!(reason(find(odd).await), "EVENT_NOT_FOUND", "{odd}");
        }
        let asked = ListEventsRequest { issue_id, limit: 3, offset: 1, ..Default::default() };
        let listed = tracker.issues().list_events(request(asked)).await.unwrap().into_inner();
        let ids: Vec<_> = listed.events.iter().map(|event| event.event_id.as_str()).collect();
        let expected: Vec<_> = last[56..59].iter().rev().map(|event| event.event_id.as_str()).collect();
        assert_eq!((ids, listed.has_more), (expected, true));
    })
    .await;
}

#[tokio::test]
async fn errors_are_kept_for_as_many_days_as_the_operator_says() {
    each_with(&[("ERROR_RETENTION", "2d")], |tracker| async move {
        acme(&tracker).await;
        let early = tracker.record(&[error("f", "1")]).await;
        let issue_id = early[0].issue_id;
        let find = async |event_id: &str| {
            reason(tracker.issues().get_event(request(event_of(issue_id, event_id))).await)
        };
        tracker.clock.advance(2 * DAY);
        let late = tracker.record(&[error("f", "1")]).await;
        assert_eq!(find(&early[0].event_id).await, "OK", "the second day after it");
        tracker.clock.advance(DAY);
        assert_eq!(find(&early[0].event_id).await, "EVENT_NOT_FOUND", "the third");
        assert_eq!(find(&late[0].event_id).await, "OK");
        eventually(SOON, "the first is deleted", async || {
            // The worker runs once an hour, counted from its last run.
            tracker.clock.advance(Duration::from_secs(30));
            let kept: i64 =
                tracker.db.query("select count(*) from error_events").fetch_scalar().await.unwrap();
            (kept == 1).then_some(())
        })
        .await;
        assert_eq!(find("oldest").await, "OK");
        assert_eq!(tracker.read(issue_id).await["count"], "2", "they count all the same");
    })
    .await;
}

#[tokio::test]
async fn an_error_is_read_where_its_links_lead() {
    each(|tracker| async move {
        let organization = tracker.organization("Acme").await;
        let initech = tracker.organization("Initech").await;
        tracker.project("acme", "Front End").await;
        let recorded = tracker.record(&[error("f", "1")]).await;
        let asked = GetEventRequest {
            event_id: recorded[0].event_id.clone(),
            organization: "acme".to_owned(),
            project: "front-end".to_owned(),
            ..Default::default()
        };
        let member = user(&organization, Role::Member);
        let event =
            tracker.issues().get_event(request_as(&member, asked.clone())).await.unwrap().into_inner();
        let document: Value = serde_json::from_slice(&event.document_json).unwrap();
        let (id, issue_id) = (&recorded[0].event_id, recorded[0].issue_id);
        let base = "https://patchbay.example";
        assert_eq!(document["url"], format!("{base}/api/0/projects/acme/front-end/events/{id}/"));
        assert_eq!(document["web_url"], format!("{base}/organizations/acme/issues/{issue_id}/events/{id}/"));
        assert_eq!(document["issue_url"], format!("{base}/api/0/issues/{issue_id}/"));
        let detail: Value = serde_json::from_slice(&event.detail_json).unwrap();
        assert_eq!((&detail["eventID"], &detail["groupID"]), (&json!(id), &json!(issue_id.to_string())));
        assert_eq!(detail["entries"][0]["type"], "exception");
        for stranger in [user(&initech, Role::Owner), app(&organization, &[Scope::ProjectRead])] {
            let answer = tracker.issues().get_event(request_as(&stranger, asked.clone())).await;
            assert_eq!(reason(answer), "PERMISSION_DENIED");
        }
    })
    .await;
}

#[tokio::test]
async fn errors_are_taken_from_services_only() {
    each(|tracker| async move {
        let organization = tracker.organization("Acme").await;
        tracker.project("acme", "Front End").await;
        for caller in [user(&organization, Role::Owner), app(&organization, Scope::ALL)] {
            let asked = request_as(&caller, record(&[error("f", "1")]));
            assert_eq!(reason(tracker.issues().record_error(asked).await), "PERMISSION_DENIED");
        }
        let many = vec![json!({ "message": "x" }); 1001];
        assert_eq!(reason(tracker.issues().record_error(request(record(&many))).await), "BATCH_TOO_LARGE");
        let mut elsewhere = record(&[error("f", "1")]);
        elsewhere.project = "nothing".to_owned();
        assert_eq!(reason(tracker.issues().record_error(request(elsewhere)).await), "PROJECT_NOT_FOUND");
        assert!(tracker.record(&[]).await.is_empty());
        assert!(tracker.record(&[error("f", "1")]).await[0].opened, "nothing was recorded before");
    })
    .await;
}

#[tokio::test]
async fn an_invalid_error_is_refused_alone() {
    each(|tracker| async move {
        acme(&tracker).await;
        let loud = json!({ "level": "loud" });
        let late = json!({ "message": "x", "timestamp": "2019-08-19T20:00:00.5", "level": "log" });
        let recorded =
            tracker.record(&[loud.clone(), error("f", "1"), json!([]), late, error("f", "2")]).await;
        let refused: Vec<bool> = recorded.iter().map(|event| event.refusal.is_some()).collect();
        assert_eq!(refused, [true, false, true, false, false]);
        let refusal = recorded[0].refusal.clone().unwrap();
        assert_eq!(refusal.reason, "INVALID_FIELD");
        assert_eq!(refusal.message, "level: Must be one of fatal, error, warning, info, debug.");
        assert_eq!((recorded[0].event_id.as_str(), recorded[0].issue_id), ("", 0));
        assert!(recorded[1].opened && recorded[3].opened && !recorded[4].opened);
        assert_eq!(recorded[1].issue_id, recorded[4].issue_id);
        assert_eq!(tracker.read(recorded[4].issue_id).await["count"], "2");
        assert_eq!(tracker.read(recorded[3].issue_id).await["level"], "info");
        assert_eq!(tracker.read(recorded[3].issue_id).await["lastSeen"], "2019-08-19T20:00:00.500000Z");
        assert!(tracker.record(&[loud]).await[0].refusal.is_some());

        let requests = vec![record(&[json!({ "level": "loud" })]), record(&[error("f", "3")])];
        let stream = tracker.issues().stream_errors(request(futures::stream::iter(requests))).await;
        let mut answers = stream.unwrap().into_inner();
        for refused in [true, false] {
            let answer = answers.message().await.unwrap().unwrap();
            assert_eq!(answer.events[0].refusal.is_some(), refused);
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_project_that_is_deleted_takes_no_errors_of_others_with_it() {
    each(|tracker| async move {
        acme(&tracker).await;
        for round in 0..10 {
            let doomed = tracker.project("acme", &format!("Doomed {round}")).await;
            let into = |project: &str| RecordErrorRequest {
                project: project.to_owned(),
                ..record(&[error("f", "1")])
            };
            let recording = (0..24).map(|n| {
                let to = if n % 2 == 0 { doomed.slug.as_str() } else { "front-end" };
                let (tracker, asked) = (tracker.clone(), into(to));
                let project = asked.project.clone();
                tokio::spawn(
                    async move { (project, reason(tracker.issues().record_error(request(asked)).await)) },
                )
            });
            let recording: Vec<_> = recording.collect();
            let delete = DeleteProjectRequest { organization: "acme".into(), project: doomed.slug.clone() };
            tracker.projects().delete_project(request(delete)).await.unwrap();
            for outcome in join_all(recording).await {
                let (project, reason) = outcome.unwrap();
                assert!(
                    reason == "OK" || project != "front-end" && reason == "PROJECT_NOT_FOUND",
                    "{project}: {reason}"
                );
            }
        }
    })
    .await;
}

#[tokio::test]
async fn a_stream_of_errors_is_answered_in_order_until_one_is_wrong() {
    each(|tracker| async move {
        acme(&tracker).await;
        let mut wrong = record(&[]);
        wrong.project = "nothing".to_owned();
        let requests = (0..20).map(|n| record(&[error(&format!("f{n}"), "1")])).chain([wrong, record(&[])]);
        let answer = tracker
            .issues()
            .stream_errors(request(futures::stream::iter(requests.collect::<Vec<_>>())))
            .await;
        let mut answers = answer.unwrap().into_inner();
        let mut ids = Vec::new();
        for _ in 0..20 {
            ids.push(answers.message().await.unwrap().unwrap().events[0].issue_id);
        }
        assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), 20);
        assert_eq!(
            patchbay_rpc::status::to_error(&answers.message().await.unwrap_err()).reason,
            "PROJECT_NOT_FOUND"
        );
    })
    .await;
}
