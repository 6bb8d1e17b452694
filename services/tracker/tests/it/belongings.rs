//! Everything that can belong to a project, found by the columns of the tables: a new table must be filled here, and
//! emptied where projects are removed.

use patchbay_db::AssertSqlSafe;
use patchbay_proto::tracker::{
    AlertAction, CreateCommentRequest, CreateMetricRuleRequest, CreateRuleRequest, CreateTeamRequest,
    LinkExternalIssueRequest, MetricTrigger, NewEvent, NewRule, NotificationSetting, RecordErrorRequest,
    SetProjectTeamRequest, UpdateIssuesRequest, User,
};
use patchbay_rpc::{request, request_as};
use patchbay_testkit::eventually;
use serde_json::json;
use std::collections::BTreeMap;

use crate::service::{SOON, Service, caller};
use crate::status::update;

/// A project of `acme` with rows in every table.
pub(crate) struct Filled {
    pub(crate) id: i64,
    pub(crate) slug: String,
    /// Of its issues, in order.
    pub(crate) issues: Vec<i64>,
    rules: Vec<i64>,
}

/// The tables whose rows belong to a project, with the column that refers to it. Audit entries outlive projects.
async fn tables(tracker: &Service) -> BTreeMap<String, &'static str> {
    let columns: Vec<(String, String)> = tracker
        .db
        .query_per_engine(
            "select table_name::text, column_name::text from information_schema.columns
             where table_schema = current_schema() and not exists (
                 select 1 from pg_class where relispartition and oid = to_regclass(quote_ident(table_name))
             )",
            "select t.name, c.name from sqlite_schema t, pragma_table_info(t.name) c where t.type = 'table'",
        )
        .fetch_all()
        .await
        .unwrap();
    let mut tables = BTreeMap::from([
        ("projects".to_owned(), "id"),
        // Notification settings have scopes of several kinds.
        ("notification_settings".to_owned(), "scope_id"),
    ]);
    for leads in ["rule_id", "issue_id", "project_id"] {
        let found = columns.iter().filter(|(_, column)| column == leads);
        tables.extend(found.map(|(table, _)| (table.clone(), leads)));
    }
    tables
}

/// The number of rows of a project in each table.
pub(crate) async fn belongings(tracker: &Service, project: &Filled) -> BTreeMap<String, i64> {
    let mut counts = BTreeMap::new();
    for (table, column) in tables(tracker).await {
        let ids = match column {
            "issue_id" => project.issues.clone(),
            "rule_id" => project.rules.clone(),
            _ => vec![project.id],
        };
        let text = format!("select count(*) from {table} where {column} in ($list)");
        let count = tracker.db.query(AssertSqlSafe(text)).bind_list(&ids).fetch_scalar().await.unwrap();
        counts.insert(table, count);
    }
    counts
}

/// Creates a project with this number of issues and rows in every table.
pub(crate) async fn fill(tracker: &Service, name: &str, ada: &User, issues: usize) -> Filled {
    let project = tracker.project("acme", name).await;
    let (id, slug) = (project.id, project.slug);
    let mut rules = vec![rule(tracker, &slug).await, metric_rule(tracker, &slug).await];
    rules.sort_unstable();

    let events = (0..issues).map(|n| {
        let event = json!({ "message": format!("boom {n}"), "user": { "id": n }, "release": "1" });
        NewEvent { event_json: event.to_string().into() }
    });
    let errors =
        RecordErrorRequest { organization: "acme".into(), project: slug.clone(), events: events.collect() };
    let recorded = tracker.issues().record_error(request(errors)).await.unwrap().into_inner().events;
    let mut opened: Vec<i64> = recorded.iter().map(|recorded| recorded.issue_id).collect();
    opened.sort_unstable();
    assert_eq!(opened.len(), issues);

    let comment = CreateCommentRequest { issue_id: opened[0], text: "x".into(), ..Default::default() };
    tracker.issues().create_comment(request_as(&caller(ada), comment)).await.unwrap();
    let mark = UpdateIssuesRequest { has_seen: Some(true), ..update(&opened[..1]) };
    tracker.issues().update_issues(request_as(&caller(ada), mark)).await.unwrap();
    let link = LinkExternalIssueRequest {
        issue_id: opened[0],
        organization_id: project.organization_id,
        app_id: 3,
        app_slug: "jira".into(),
        web_url: "https://jira.example/ACME-1".into(),
        project: "ACME".into(),
        identifier: "1".into(),
    };
    tracker.issues().link_external_issue(request(link)).await.unwrap();
    let setting = NotificationSetting {
        organization: "acme".into(),
        project: slug.clone(),
        user_id: ada.id,
        kind: "alerts".into(),
        value: "never".into(),
    };
    tracker.projects().set_notification_setting(request(setting)).await.unwrap();
    let team =
        CreateTeamRequest { organization: "acme".into(), slug: format!("of-{slug}"), ..Default::default() };
    let team = tracker.projects().create_team(request(team)).await.unwrap().into_inner();
    let access = SetProjectTeamRequest {
        organization: "acme".into(),
        project: slug.clone(),
        team: team.slug,
        has_access: true,
    };
    tracker.projects().set_project_team(request(access)).await.unwrap();

    let filled = Filled { id, slug, issues: opened, rules };
    eventually(SOON, "there is something of everything", async || {
        let empty: Vec<_> =
            belongings(tracker, &filled).await.into_iter().filter(|(_, count)| *count == 0).collect();
        empty.is_empty().then_some(())
    })
    .await;
    filled
}

fn action() -> AlertAction {
    AlertAction { app_slug: "notify".to_owned(), app_id: 3, ..Default::default() }
}

/// A rule that counts, and is triggered by every error.
async fn rule(tracker: &Service, project: &str) -> i64 {
    let conditions = json!([
        { "id": "sentry.rules.conditions.every_event.EveryEventCondition" },
        {
            "id": "sentry.rules.conditions.event_frequency.EventFrequencyCondition",
            "interval": "1h", "value": 1000,
        },
    ]);
    let rule = NewRule {
        name: "Every error".to_owned(),
        action_match: "any".to_owned(),
        filter_match: "all".to_owned(),
        frequency: 5,
        conditions_json: conditions.to_string().into(),
        filters_json: b"[]".to_vec(),
        actions: vec![action()],
    };
    let wanted = CreateRuleRequest { organization: "acme".into(), project: project.into(), rule: Some(rule) };
    tracker.alerts().create_rule(request(wanted)).await.unwrap().into_inner().id
}

/// A metric rule with an incident from the second error on.
async fn metric_rule(tracker: &Service, project: &str) -> i64 {
    let trigger = MetricTrigger { label: "critical".into(), alert_threshold: 1, actions: vec![action()] };
    let wanted = CreateMetricRuleRequest {
        organization: "acme".into(),
        project: project.into(),
        name: "Too many errors".into(),
        time_window: 10,
        triggers: vec![trigger],
        resolve_threshold: None,
        query: None,
    };
    tracker.alerts().create_metric_rule(request(wanted)).await.unwrap().into_inner().id
}
