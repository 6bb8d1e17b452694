use std::time::Duration;

use patchbay_domain::{Role, Scope};
use patchbay_proto::event_fanout::target::Receiver;
use patchbay_proto::tracker::{
    AlertAction, CreateMetricRuleRequest, CreateRuleRequest, DeleteRuleRequest, GetRuleRequest,
    ListRulesRequest, MetricTrigger, NewRule, UpdateRuleRequest,
};
use patchbay_rpc::{request, request_as};
use patchbay_testkit::while_time_passes;
use serde_json::{Value, json};

use crate::published::Published;
use crate::service::{Service, app, each, reason, record, refusal, user};

fn rule(conditions: Value, filters: Value) -> NewRule {
    let action = AlertAction { app_slug: "notify".to_owned(), app_id: 3, ..Default::default() };
    NewRule {
        name: "Very Important Alert Rule!".to_owned(),
        action_match: "any".to_owned(),
        filter_match: "all".to_owned(),
        frequency: 5,
        conditions_json: conditions.to_string().into(),
        filters_json: filters.to_string().into(),
        actions: vec![action],
    }
}

fn condition(name: &str) -> Value {
    json!({ "id": format!("sentry.rules.conditions.{name}") })
}

fn create(rule: NewRule) -> CreateRuleRequest {
    CreateRuleRequest { organization: "acme".into(), project: "front-end".into(), rule: Some(rule) }
}

async fn acme(tracker: &Service) -> Published {
    tracker.organization("Acme").await;
    tracker.project("acme", "Front End").await;
    Published::by(tracker)
}

/// The next alert; other events are skipped.
async fn alert(published: &mut Published) -> (Value, Option<Receiver>) {
    loop {
        let (kind, data, event) = published.next().await;
        if kind == "event_alert.triggered" {
            return (data, event.targets[0].receiver.clone());
        }
    }
}

#[tokio::test]
async fn a_rule_speaks_of_a_new_issue_once() {
    each(|tracker| async move {
        let mut published = acme(&tracker).await;
        let new = rule(json!([condition("first_seen_event.FirstSeenEventCondition")]), json!([]));
        tracker.alerts().create_rule(request(create(new))).await.unwrap();
        tracker.record(&[json!({ "message": "one" }), json!({ "message": "one" })]).await;
        let (data, receiver) = alert(&mut published).await;
        assert_eq!(
            (&data["triggered_rule"], &data["event"]["title"]),
            (&json!("Very Important Alert Rule!"), &json!("one"))
        );
        assert_eq!(receiver, Some(Receiver::AppSlug("notify".to_owned())));
        assert_eq!(data.get("issue_alert"), None);
        tracker.record(&[json!({ "message": "one" }), json!({ "message": "two" })]).await;
        assert_eq!(alert(&mut published).await.0["event"]["title"], "two");
    })
    .await;
}

#[tokio::test]
async fn a_rule_counts_filters_and_pauses() {
    each(|tracker| async move {
        let mut published = acme(&tracker).await;
        let mut often = condition("event_frequency.EventFrequencyCondition");
        often["interval"] = "1m".into();
        often["value"] = 3.into();
        let level = json!({ "id": "sentry.rules.filters.level.LevelFilter", "match": "gte", "level": "40" });
        let mut new = rule(json!([often]), json!([level]));
        let uuid = "a8e5d37a-696c-4c54-adb5-b3f28d64c7de";
        new.actions[0].installation_uuid = uuid.to_owned();
        new.actions[0].settings_json = br#"[{"name":"channel","value":"ops"}]"#.to_vec();
        tracker.alerts().create_rule(request(create(new))).await.unwrap();
        let event = |message: &str, number: i64| json!({ "message": message, "extra": { "n": number } });
        for n in 1..=3 {
            tracker.record(&[event("boom", n)]).await;
        }
        // Warnings trigger nothing; the fourth error triggers the rule, the fifth arrives in the pause.
        let warning = json!({ "message": "quiet", "level": "warning" });
        tracker.record(&vec![warning; 10]).await;
        tracker.record(&[event("boom", 4)]).await;
        let (data, receiver) = alert(&mut published).await;
        assert_eq!(data["event"]["extra"]["n"], 4);
        assert_eq!(receiver, Some(Receiver::InstallationUuid(uuid.to_owned())));
        assert_eq!(data["issue_alert"]["settings"], json!([{ "name": "channel", "value": "ops" }]));
        assert_eq!(data["issue_alert"]["sentry_app_id"], 3);
        tracker.record(&[event("boom", 5)]).await;

        // After the pause the minute is over, too, and four more errors are needed.
        tracker.clock.advance(Duration::from_secs(6 * 60));
        for n in 6..=9 {
            tracker.record(&[event("boom", n)]).await;
        }
        assert_eq!(alert(&mut published).await.0["event"]["extra"]["n"], 9);
    })
    .await;
}

#[tokio::test]
async fn a_rule_that_changes_or_goes_is_noticed_with_the_next_error() {
    each(|tracker| async move {
        let mut published = acme(&tracker).await;
        let every = rule(json!([condition("every_event.EveryEventCondition")]), json!([]));
        let made = tracker.alerts().create_rule(request(create(every.clone()))).await.unwrap().into_inner();
        tracker.record(&[json!({ "message": "one" })]).await;
        assert_eq!(alert(&mut published).await.0["triggered_rule"], "Very Important Alert Rule!");

        let (organization, project) = ("acme".to_owned(), "front-end".to_owned());
        let renamed = NewRule { name: "Renamed".to_owned(), ..every };
        let change = UpdateRuleRequest {
            organization: organization.clone(),
            project: project.clone(),
            id: made.id,
            rule: Some(renamed.clone()),
        };
        tracker.alerts().update_rule(request(change)).await.unwrap();
        tracker.record(&[json!({ "message": "one" })]).await;
        assert_eq!(alert(&mut published).await.0["triggered_rule"], "Renamed");

        let delete =
            DeleteRuleRequest { organization: organization.clone(), project: project.clone(), id: made.id };
        tracker.alerts().delete_rule(request(delete)).await.unwrap();
        tracker.record(&[json!({ "message": "two" })]).await;
        let last = NewRule { name: "Last".to_owned(), ..renamed };
        tracker.alerts().create_rule(request(create(last))).await.unwrap();
        tracker.record(&[json!({ "message": "three" })]).await;
        assert_eq!(alert(&mut published).await.0["triggered_rule"], "Last", "the deleted one said nothing");
        let asked = ListRulesRequest { organization, project, ..Default::default() };
        assert_eq!(tracker.alerts().list_rules(request(asked)).await.unwrap().into_inner().rules.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn rules_are_read_and_written_by_scope() {
    each(|tracker| async move {
        acme(&tracker).await;
        let acme = tracker.project("acme", "Other").await.organization_id;
        let acme =
            patchbay_proto::tracker::Organization { id: acme, slug: "acme".into(), ..Default::default() };
        let new = || rule(json!([condition("every_event.EveryEventCondition")]), json!([]));
        let made = tracker.alerts().create_rule(request(create(new()))).await.unwrap().into_inner();
        let document: Value = serde_json::from_slice(&made.document_json).unwrap();
        assert_eq!(
            (&document["name"], &document["frequency"]),
            (&json!("Very Important Alert Rule!"), &json!(5))
        );
        assert_eq!(document["actions"][0]["service"], "notify");
        let get = GetRuleRequest { organization: "acme".into(), project: "front-end".into(), id: made.id };
        for (caller, read, write) in [
            (user(&acme, Role::Owner), "OK", "OK"),
            (app(&acme, &[Scope::AlertsRead]), "OK", "PERMISSION_DENIED"),
            (app(&acme, &[Scope::AlertsWrite]), "OK", "OK"),
            (app(&acme, &[Scope::EventAdmin]), "PERMISSION_DENIED", "PERMISSION_DENIED"),
        ] {
            let answer = tracker.alerts().get_rule(request_as(&caller, get.clone())).await;
            assert_eq!(reason(answer), read, "{caller:?}");
            let answer = tracker.alerts().create_rule(request_as(&caller, create(new()))).await;
            assert_eq!(reason(answer), write, "{caller:?}");
        }
        let elsewhere = GetRuleRequest { project: "other".into(), ..get };
        assert_eq!(reason(tracker.alerts().get_rule(request(elsewhere)).await), "RULE_NOT_FOUND");
        let wrong = NewRule { name: String::new(), actions: Vec::new(), ..new() };
        let error = refusal(tracker.alerts().create_rule(request(create(wrong))).await);
        let fields: Vec<_> = error.fields.iter().map(|violation| violation.field.as_str()).collect();
        assert_eq!(fields, ["name", "actions"]);
    })
    .await;
}

#[tokio::test]
async fn a_project_has_a_hundred_rules_at_most() {
    each(|tracker| async move {
        acme(&tracker).await;
        let new = || create(rule(json!([condition("every_event.EveryEventCondition")]), json!([])));
        for _ in 0..100 {
            tracker.alerts().create_rule(request(new())).await.unwrap();
        }
        assert_eq!(reason(tracker.alerts().create_rule(request(new())).await), "TOO_MANY_RULES");
    })
    .await;
}

#[tokio::test]
async fn too_many_errors_are_an_incident_until_there_are_few_again() {
    each(|tracker| async move {
        let mut published = acme(&tracker).await;
        let actions = vec![AlertAction { app_slug: "notify".to_owned(), app_id: 3, ..Default::default() }];
        let trigger = |label: &str, alert_threshold| MetricTrigger {
            label: label.to_owned(),
            alert_threshold,
            actions: actions.clone(),
        };
        let new = CreateMetricRuleRequest {
            organization: "acme".into(),
            project: "front-end".into(),
            name: "Too many errors".into(),
            time_window: 10,
            triggers: vec![trigger("warning", 2), trigger("critical", 5)],
            resolve_threshold: None,
            query: None,
        };
        tracker.alerts().create_metric_rule(request(new)).await.unwrap();
        let mut next = async || loop {
            let (kind, data, _) = published.next().await;
            if kind.starts_with("metric_alert") {
                return (kind, data);
            }
        };
        tracker.record(&vec![json!({ "message": "x" }); 3]).await;
        let (kind, data) = next().await;
        assert_eq!((kind.as_str(), &data["metric_alert"]["status"]), ("metric_alert.warning", &json!(10)));
        tracker.record(&vec![json!({ "message": "x" }); 3]).await;
        assert_eq!(next().await.0, "metric_alert.critical");
        // The errors leave the window as time passes, and the worker evaluates the rule every few seconds.
        let step = Duration::from_secs(11 * 60);
        let (kind, data) = while_time_passes(&tracker.clock, step, "the incident is resolved", next()).await;
        assert_eq!((kind.as_str(), &data["metric_alert"]["status"]), ("metric_alert.resolved", &json!(2)));
    })
    .await;
}

#[tokio::test]
async fn large_rules_are_listed_on_several_pages() {
    each(|tracker| async move {
        acme(&tracker).await;
        let settings = json!([{ "name": "text", "value": "x".repeat(31 * 1024) }]).to_string();
        let action = AlertAction {
            app_slug: "notify".to_owned(),
            app_id: 3,
            installation_uuid: "a8e5d37a-696c-4c54-adb5-b3f28d64c7de".to_owned(),
            settings_json: settings.into(),
            ticket: None,
        };
        let condition = condition("first_seen_event.FirstSeenEventCondition");
        let mut large = rule(json!([condition]), json!([]));
        large.actions = vec![action; 10];
        for _ in 0..12 {
            tracker.alerts().create_rule(request(create(large.clone()))).await.unwrap();
        }
        let (mut ids, mut pages) = (Vec::new(), Vec::new());
        loop {
            let asked = ListRulesRequest {
                organization: "acme".into(),
                project: "front-end".into(),
                offset: i32::try_from(ids.len()).unwrap(),
                limit: 0,
            };
            let page = tracker.alerts().list_rules(request(asked)).await.unwrap().into_inner();
            pages.push(page.rules.len());
            ids.extend(page.rules.into_iter().map(|rule| rule.id));
            if !page.has_more {
                break;
            }
        }
        assert_eq!(pages, [9, 3]);
        assert!(ids.is_sorted() && ids.len() == 12, "{ids:?}");
    })
    .await;
}

#[tokio::test]
async fn an_incident_is_not_over_because_a_new_calendar_minute_begins() {
    each(|tracker| async move {
        let mut published = acme(&tracker).await;
        // The rules of the projects around it show that the rule was evaluated: rules are evaluated in the order of their ids.
        for (project, slug) in [("Before", "before"), ("", "front-end"), ("After", "after")] {
            if !project.is_empty() {
                tracker.project("acme", project).await;
            }
            let action = AlertAction { app_slug: "notify".to_owned(), app_id: 3, ..Default::default() };
            let trigger =
                MetricTrigger { label: "critical".into(), alert_threshold: 1, actions: vec![action] };
            let new = CreateMetricRuleRequest {
                organization: "acme".into(),
                project: slug.into(),
                name: slug.into(),
                time_window: 1,
                triggers: vec![trigger],
                ..Default::default()
            };
            tracker.alerts().create_metric_rule(request(new)).await.unwrap();
        }
        let mut next = async || loop {
            let (kind, data, _) = published.next().await;
            if kind.starts_with("metric_alert") {
                return (kind, data["metric_alert"]["title"].as_str().unwrap().to_owned());
            }
        };
        let errors = async |project: &str| {
            let mut errors = record(&vec![json!({ "message": "x" }); 2]);
            errors.project = project.to_owned();
            tracker.issues().record_error(request(errors)).await.unwrap();
        };
        let critical = |project: &str| ("metric_alert.critical".to_owned(), project.to_owned());
        errors("front-end").await;
        assert_eq!(next().await, critical("front-end"));
        // From 20:58:37 to 20:59:02: the minute is over, the window is not.
        tracker.clock.advance(Duration::from_secs(25));
        for project in ["before", "after"] {
            errors(project).await;
            assert_eq!(next().await, critical(project));
        }
        tracker.clock.advance(Duration::from_secs(60));
        // An error of a project without rules wakes the worker.
        tracker.project("acme", "Other").await;
        errors("other").await;
        assert_eq!(next().await, ("metric_alert.resolved".to_owned(), "front-end".to_owned()));
    })
    .await;
}

#[tokio::test]
async fn settings_and_thresholds_that_no_webhook_could_contain_are_refused() {
    each(|tracker| async move {
        acme(&tracker).await;
        let mut new = rule(json!([condition("every_event.EveryEventCondition")]), json!([]));
        new.actions[0].installation_uuid = "a8e5d37a-696c-4c54-adb5-b3f28d64c7de".into();
        for number in ["9007199254740993", "-9007199254740993", "1e300"] {
            let settings = format!(r#"[{{"name":"n","value":[{number}]}}]"#).into_bytes();
            new.actions[0].settings_json = settings.clone();
            let error = refusal(tracker.alerts().create_rule(request(create(new.clone()))).await);
            assert_eq!(error.fields[0].field, "actions", "{number}");
            let mut action = new.actions[0].clone();
            action.settings_json = settings;
            let trigger = MetricTrigger { label: String::new(), alert_threshold: 1, actions: vec![action] };
            let metric = CreateMetricRuleRequest {
                organization: "acme".into(),
                project: "front-end".into(),
                name: "n".into(),
                time_window: 1,
                triggers: vec![trigger],
                ..Default::default()
            };
            let error = refusal(tracker.alerts().create_metric_rule(request(metric)).await);
            assert_eq!(error.fields[0].field, "triggers", "{number}");
        }
        new.actions[0].settings_json = br#"[{"name":"n","value":[9007199254740992]}]"#.to_vec();
        tracker.alerts().create_rule(request(create(new))).await.unwrap();
    })
    .await;
}
