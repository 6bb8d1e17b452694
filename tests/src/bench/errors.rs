//! Scenario `errors`: batches of errors of known kinds, in a project with the maximum number of alert rules.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::ensure;
use patchbay_proto::tracker::alerts_client::AlertsClient;
use patchbay_proto::tracker::directory_client::DirectoryClient;
use patchbay_proto::tracker::issues_client::IssuesClient;
use patchbay_proto::tracker::projects_client::ProjectsClient;
use patchbay_proto::tracker::{
    AlertAction, CreateOrganizationRequest, CreateProjectRequest, CreateRuleRequest, Features,
    GetIssueRequest, NewEvent, NewRule, RecordErrorRequest, UpdateOrganizationRequest,
};
use patchbay_rpc::{Channel, request};
use serde_json::{Value, json};
use tokio::task::JoinSet;
use tokio::time::Instant;
use uuid::Uuid;

use super::running::Running;
use super::usage::Usage;

const ISSUES: usize = 200;
const PEOPLE: usize = 5_000;
const BATCH: usize = 200;
const RULES: usize = 100;
/// Concurrent callers.
const CALLERS: usize = 8;

/// The results of the scenario.
#[derive(Debug)]
pub(super) struct Errors {
    pub(super) errors: usize,
    pub(super) rate: f64,
    /// CPU seconds of all Patchbay processes for 10,000 errors.
    pub(super) cpu_per_10_000: f64,
}

/// Records `errors` errors and checks the counts of all issues. With `published`, the organization may subscribe to errors,
/// so each error is also published as an event.
///
/// # Errors
/// A call fails, or a count is wrong.
pub(super) async fn measure(running: &Running, errors: usize, published: bool) -> anyhow::Result<Errors> {
    let place = Arc::new(Place::found(&running.services.tracker, published).await?);
    let sent = Arc::new(Mutex::new(Sent::default()));
    // The issues are opened first, as a warm-up.
    let opened = record(&place, &sent, (0..ISSUES).map(|kind| (kind, 0)).collect()).await?;
    ensure!(opened.values().collect::<BTreeSet<_>>().len() == ISSUES, "each kind has an issue");

    let usage = Usage::begin(&running.processes);
    let started = Instant::now();
    let left = Arc::new(AtomicUsize::new(errors / BATCH));
    let mut callers = JoinSet::new();
    for caller in 0..CALLERS {
        let (place, sent, left) = (place.clone(), sent.clone(), left.clone());
        callers.spawn(async move {
            let mut next = caller;
            while left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1)).is_ok()
            {
                // Steps without a common divisor combine every kind with every user.
                let batch = (0..BATCH).map(|_| {
                    next += 7919;
                    (next % ISSUES, (next / 3) % PEOPLE)
                });
                record(&place, &sent, batch.collect()).await?;
            }
            anyhow::Ok(())
        });
    }
    while let Some(ended) = callers.join_next().await {
        ended??;
    }
    let seconds = started.elapsed().as_secs_f64();
    let usage = usage.until_now();
    let recorded = errors / BATCH * BATCH;
    place.check(&sent, &opened).await?;
    let cpu: f64 = usage.iter().map(|(_, cpu, _)| cpu).sum();
    Ok(Errors {
        errors: recorded,
        rate: recorded as f64 / seconds,
        cpu_per_10_000: cpu * 10_000.0 / recorded as f64,
    })
}

/// The number of errors of each kind, and their users.
#[derive(Debug, Default)]
struct Sent(BTreeMap<usize, (usize, BTreeSet<usize>)>);

#[derive(Debug)]
struct Place {
    tracker: Channel,
    organization: String,
}

impl Place {
    async fn found(tracker: &Channel, published: bool) -> anyhow::Result<Self> {
        let mut directory = DirectoryClient::new(tracker.clone());
        let wanted = CreateOrganizationRequest { name: "Bench errors".to_owned(), ..Default::default() };
        let organization = directory.create_organization(request(wanted)).await?.into_inner().slug;
        if !published {
            let quiet = UpdateOrganizationRequest {
                organization: organization.clone(),
                features: Some(Features { names: Vec::new() }),
                ..Default::default()
            };
            directory.update_organization(request(quiet)).await?;
        }
        let wanted = CreateProjectRequest {
            organization: organization.clone(),
            name: "Front End".to_owned(),
            ..Default::default()
        };
        ProjectsClient::new(tracker.clone()).create_project(request(wanted)).await?;
        let mut alerts = AlertsClient::new(tracker.clone());
        for number in 0..RULES {
            let wanted = CreateRuleRequest {
                organization: organization.clone(),
                project: "front-end".to_owned(),
                rule: Some(rule(number)),
            };
            alerts.create_rule(request(wanted)).await?;
        }
        Ok(Self { tracker: tracker.clone(), organization })
    }

    async fn check(&self, sent: &Mutex<Sent>, opened: &BTreeMap<usize, i64>) -> anyhow::Result<()> {
        let sent = std::mem::take(&mut *sent.lock().unwrap_or_else(PoisonError::into_inner)).0;
        for (kind, (errors, people)) in sent {
            let asked = GetIssueRequest {
                id: opened[&kind],
                organization: self.organization.clone(),
                ..Default::default()
            };
            let issue = IssuesClient::new(self.tracker.clone()).get_issue(request(asked)).await?.into_inner();
            let document: Value = serde_json::from_slice(&issue.document_json)?;
            let (count, users) = (&document["count"], &document["userCount"]);
            ensure!(
                *count == errors.to_string().as_str() && *users == people.len(),
                "kind {kind}: {errors} errors of {} people were sent, {count} of {users} are counted",
                people.len()
            );
        }
        Ok(())
    }
}

/// A rule that evaluates every error and rarely triggers.
fn rule(number: usize) -> NewRule {
    let condition = |name: &str| json!({ "id": format!("sentry.rules.conditions.{name}") });
    let (conditions, filters) = match number % 4 {
        0 => (condition("first_seen_event.FirstSeenEventCondition"), json!([])),
        1 => {
            let mut often = condition("event_frequency.EventFrequencyCondition");
            often["interval"] = "1h".into();
            often["value"] = 1_000_000.into();
            (often, json!([]))
        }
        2 => {
            let fatal =
                json!({ "id": "sentry.rules.filters.level.LevelFilter", "match": "gte", "level": "50" });
            (condition("every_event.EveryEventCondition"), json!([fatal]))
        }
        _ => {
            let tag = json!({
                "id": "sentry.rules.filters.tagged_event.TaggedEventFilter",
                "key": "server", "match": "eq", "value": format!("db-{number}"),
            });
            (condition("every_event.EveryEventCondition"), json!([tag]))
        }
    };
    NewRule {
        name: format!("Rule {number}"),
        action_match: "any".to_owned(),
        filter_match: "all".to_owned(),
        frequency: 5,
        conditions_json: json!([conditions]).to_string().into(),
        filters_json: filters.to_string().into(),
        actions: vec![AlertAction { app_slug: "bench".to_owned(), app_id: 1, ..Default::default() }],
    }
}

/// Records an error for each of these kinds and users, and returns the issue of each kind.
async fn record(
    place: &Place,
    sent: &Mutex<Sent>,
    batch: Vec<(usize, usize)>,
) -> anyhow::Result<BTreeMap<usize, i64>> {
    let events = batch.iter().map(|(kind, person)| NewEvent { event_json: error(*kind, *person).into() });
    let asked = RecordErrorRequest {
        organization: place.organization.clone(),
        project: "front-end".to_owned(),
        events: events.collect(),
    };
    let answer = IssuesClient::new(place.tracker.clone()).record_error(request(asked)).await?.into_inner();
    ensure!(answer.events.len() == batch.len(), "there is an answer to each error");
    let mut sent = sent.lock().unwrap_or_else(PoisonError::into_inner);
    let mut issues = BTreeMap::new();
    for ((kind, person), recorded) in batch.into_iter().zip(answer.events) {
        ensure!(!recorded.duplicate, "no error was sent twice");
        let of_kind = sent.0.entry(kind).or_default();
        of_kind.0 += 1;
        of_kind.1.insert(person);
        issues.insert(kind, recorded.issue_id);
    }
    Ok(issues)
}

/// About the size of an event that an SDK sends for a small stack trace.
fn error(kind: usize, person: usize) -> String {
    let frame = |function: String| {
        json!({
            "function": function, "module": "app.checkout", "filename": "app/checkout.js", "lineno": 42, "colno": 7,
            "in_app": true, "context_line": "    return order.items.reduce((sum, item) => sum + item.price, 0);",
        })
    };
    let frames = [frame("main".to_owned()), frame("pay".to_owned()), frame(format!("handler{kind}"))];
    json!({
        "event_id": Uuid::new_v4().simple().to_string(),
        "platform": "javascript",
        "level": "error",
        "exception": { "values": [{
            "type": "TypeError", "value": format!("value of order {person} is not a number"),
            "stacktrace": { "frames": frames },
        }] },
        "tags": { "browser": "Firefox 145.0", "server": "web-3", "region": "eu" },
        "user": { "id": person },
        "request": { "url": "https://shop.example/checkout", "method": "POST" },
    })
    .to_string()
}

impl Errors {
    /// A line of the report.
    pub(super) fn line(&self, published: bool) -> String {
        let published = if published { "published to apps" } else { "not published to apps" };
        format!(
            "errors ({published}, {RULES} rules): {} errors, {:.0}/s, {:.2} CPU s per 10,000; counts are exact",
            self.errors, self.rate, self.cpu_per_10_000
        )
    }
}
