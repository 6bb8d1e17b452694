//! Every kind of event once: its keys are Sentry's, its actor is right, and a
//! receiver in JavaScript can serialize the body unchanged.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use patchbay_domain::canonical_json::canonicalize_object;
use patchbay_domain::{Caller, Scope};
use patchbay_proto::event_fanout::PublishRequest;
use patchbay_proto::event_fanout::actor::Kind;
use patchbay_proto::tracker::{
    AlertAction, CreateCommentRequest, CreateMetricRuleRequest, CreateRuleRequest, DeleteCommentRequest,
    MetricTrigger, NewRule, UpdateCommentRequest, UpdateIssuesRequest,
};
use patchbay_rpc::{request, request_as};
use patchbay_testkit::while_time_passes;
use serde_json::{Value, json};

use crate::node::through_node;
use crate::published::Published;
use crate::service::{Service, app, caller, each};
use crate::status::update;

const ISSUE: &str = include_str!("../golden/issue_created.json");
const UUID: &str = "a8e5d37a-696c-4c54-adb5-b3f28d64c7de";

/// The first event of each kind.
type Kinds = BTreeMap<String, PublishRequest>;

fn action(slug: &str, settings: &str) -> AlertAction {
    let installation_uuid = if settings.is_empty() { String::new() } else { UUID.to_owned() };
    AlertAction {
        app_slug: slug.to_owned(),
        app_id: 3,
        installation_uuid,
        settings_json: settings.into(),
        ticket: None,
    }
}

async fn alert_rule(tracker: &Service, name: &str, settings: &str) {
    let every = json!([{ "id": "sentry.rules.conditions.every_event.EveryEventCondition" }]);
    let rule = NewRule {
        name: name.to_owned(),
        conditions_json: every.to_string().into(),
        actions: vec![action("notify", settings)],
        ..Default::default()
    };
    let (organization, project) = ("acme".to_owned(), "front-end".to_owned());
    let wanted = CreateRuleRequest { organization, project, rule: Some(rule) };
    tracker.alerts().create_rule(request(wanted)).await.unwrap();
}

async fn metric_rule(tracker: &Service, triggers: &[(&str, i64)]) {
    let trigger = |(label, alert_threshold): &(&str, i64)| MetricTrigger {
        label: (*label).to_owned(),
        alert_threshold: *alert_threshold,
        actions: vec![action("notify", r#"[{"name":"channel","value":"ops"}]"#)],
    };
    let wanted = CreateMetricRuleRequest {
        organization: "acme".into(),
        project: "front-end".into(),
        name: "Too many errors".into(),
        time_window: 10,
        triggers: triggers.iter().map(trigger).collect(),
        resolve_threshold: None,
        query: None,
    };
    tracker.alerts().create_metric_rule(request(wanted)).await.unwrap();
}

/// Reads events until each of these kinds was published.
async fn until(published: &mut Published, kinds: &mut Kinds, wanted: &[&str]) {
    while !wanted.iter().all(|kind| kinds.contains_key(*kind)) {
        let (kind, data, event) = published.next().await;
        let kind = if data.get("issue_alert").is_some() { format!("{kind} with settings") } else { kind };
        kinds.entry(kind).or_insert(event);
    }
}

/// Causes every kind of event: `ada` comments, resolves and ignores, the app `hooks` reopens and assigns.
async fn everything(tracker: &Service, ada: &Caller, hooks: &Caller) -> Kinds {
    let (mut published, mut kinds) = (Published::by(tracker), Kinds::new());
    alert_rule(tracker, "Überall \"laut\"", "").await;
    alert_rule(tracker, "With settings", r#"[{"name":"title","value":"é\u0001"}]"#).await;
    metric_rule(tracker, &[("warning", 1), ("critical", 3)]).await;
    metric_rule(tracker, &[("", 1)]).await;

    let golden = include_str!("../golden/error_created.json");
    let mut event = serde_json::from_str::<Value>(golden).unwrap()["data"]["error"].clone();
    event["extra"] = json!({ "2": 1.50, "1": 1e21, "é": "\u{1f600}\u{7f}\u{1}", "tiny": 1.5e-7 });
    let issue_id = tracker.record(&[event]).await[0].issue_id;

    let text = || "It's </b>\n\u{e9}\u{2028}".to_owned();
    let comment = CreateCommentRequest { issue_id, text: text(), ..Default::default() };
    let mut issues = tracker.issues();
    let comment_id = issues.create_comment(request_as(ada, comment)).await.unwrap().into_inner().id;
    let change = UpdateCommentRequest { issue_id, comment_id, text: text(), ..Default::default() };
    issues.update_comment(request_as(ada, change)).await.unwrap();
    let delete = DeleteCommentRequest { issue_id, comment_id, ..Default::default() };
    issues.delete_comment(request_as(ada, delete)).await.unwrap();
    for (who, status) in [(ada, "resolved"), (hooks, "unresolved"), (ada, "ignored")] {
        let change = UpdateIssuesRequest { status: Some(status.to_owned()), ..update(&[issue_id]) };
        issues.update_issues(request_as(who, change)).await.unwrap();
    }
    let assign =
        UpdateIssuesRequest { assigned_to: Some("ada@example.com".to_owned()), ..update(&[issue_id]) };
    issues.update_issues(request_as(hooks, assign)).await.unwrap();

    let error = || json!({ "message": "x" });
    tracker.record(&[error()]).await;
    until(&mut published, &mut kinds, &["metric_alert.warning", "metric_alert.open"]).await;
    tracker.record(&[error(), error()]).await;
    until(&mut published, &mut kinds, &["metric_alert.critical"]).await;
    // The errors leave the window as time passes, and the worker evaluates the rule every few seconds.
    let resolved = until(&mut published, &mut kinds, &["metric_alert.resolved"]);
    let step = Duration::from_secs(11 * 60);
    while_time_passes(&tracker.clock, step, "the incident is resolved", resolved).await;
    kinds
}

async fn every_kind(tracker: &Service) -> Kinds {
    let acme = tracker.organization("Acme").await;
    tracker.project("acme", "Front End").await;
    let ada = caller(&tracker.worker("acme", "Ada", "member").await);
    everything(tracker, &ada, &app(&acme, &[Scope::EventWrite])).await
}

fn keys(value: &Value) -> Vec<&str> {
    value.as_object().unwrap().keys().map(String::as_str).collect()
}

fn who(event: &PublishRequest) -> String {
    match event.actor.as_ref().and_then(|actor| actor.kind.clone()) {
        None => "Sentry".to_owned(),
        Some(Kind::App(_)) => "the app".to_owned(),
        Some(Kind::User(user)) => user.name,
    }
}

#[tokio::test]
async fn every_event_has_sentrys_keys_and_its_actor() {
    each(|tracker| async move {
        let kinds = every_kind(&tracker).await;
        let comment: &[&str] = &["comment_id", "issue_id", "project_slug", "timestamp", "comment"];
        let metric: &[&str] = &["metric_alert", "description_text", "description_title", "web_url"];
        let expected: &[(&str, &str, &[&str])] = &[
            ("comment.created", "Ada", comment),
            ("comment.deleted", "Ada", comment),
            ("comment.updated", "Ada", comment),
            ("error.created", "Sentry", &["error"]),
            ("event_alert.triggered", "Sentry", &["event", "triggered_rule"]),
            ("event_alert.triggered with settings", "Sentry", &["event", "triggered_rule", "issue_alert"]),
            ("issue.assigned", "the app", &["assignee", "issue"]),
            ("issue.created", "Sentry", &["issue"]),
            ("issue.ignored", "Ada", &["issue"]),
            ("issue.resolved", "Ada", &["resolution_type", "issue"]),
            ("issue.unresolved", "the app", &["issue"]),
            ("metric_alert.critical", "Sentry", metric),
            ("metric_alert.open", "Sentry", metric),
            ("metric_alert.resolved", "Sentry", metric),
            ("metric_alert.warning", "Sentry", metric),
        ];
        let found: Vec<(String, String, Value)> = kinds
            .iter()
            .map(|(kind, event)| {
                (kind.clone(), who(event), serde_json::from_slice(&event.data_json).unwrap())
            })
            .collect();
        let shown: Vec<(&str, &str, Vec<&str>)> =
            found.iter().map(|(kind, who, data)| (kind.as_str(), who.as_str(), keys(data))).collect();
        let expected: Vec<(&str, &str, Vec<&str>)> =
            expected.iter().map(|(kind, who, keys)| (*kind, *who, keys.to_vec())).collect();
        assert_eq!(shown, expected);

        let golden: Value = serde_json::from_str(ISSUE).unwrap();
        let mut of_an_issue = keys(&golden["data"]["issue"]);
        of_an_issue.extend(["url", "web_url", "project_url"]);
        for (kind, _, data) in &found {
            if data.get("issue").is_some() {
                assert_eq!(keys(&data["issue"]), of_an_issue, "{kind}");
            }
        }
        let data = |kind: &str| found.iter().find(|(found, ..)| found == kind).unwrap().2.clone();
        let alert = data("event_alert.triggered with settings")["issue_alert"].clone();
        assert_eq!(keys(&alert), ["id", "title", "sentry_app_id", "settings"]);
        assert_eq!(keys(&alert["settings"][0]), ["name", "value"]);
        let incident = data("metric_alert.critical")["metric_alert"].clone();
        for key in
            ["id", "identifier", "organization_id", "title", "status", "status_method", "type", "projects"]
                .into_iter()
                .chain(["date_started", "date_detected", "date_created", "date_closed"])
        {
            assert!(incident.get(key).is_some(), "{key}");
        }
        let rule = &incident["alert_rule"];
        for key in ["id", "name", "status", "query", "aggregate", "time_window", "triggers"] {
            assert!(rule.get(key).is_some(), "{key}");
        }
        let action = &rule["triggers"][0]["actions"][0];
        assert_eq!(action["settings"], json!([{ "name": "channel", "value": "ops" }]));
        assert_eq!(action["sentry_app_installation_uuid"], UUID);
    })
    .await;
}

#[tokio::test]
#[ignore = "needs Node.js; run by cargo xtask test"]
async fn event_data_survives_javascript() {
    let node = std::env::var_os("PATCHBAY_TEST_NODE").expect("cargo xtask test sets PATCHBAY_TEST_NODE");
    each(|tracker| {
        let node = node.clone();
        async move {
            for (kind, event) in every_kind(&tracker).await {
                let sent = canonicalize_object(&event.data_json).unwrap();
                let back = through_node(Path::new(&node), &sent);
                assert_eq!(String::from_utf8(back).unwrap(), String::from_utf8(sent).unwrap(), "{kind}");
            }
        }
    })
    .await;
}
