//! Metric rules: rules on the number of errors of a project.

use chrono::{DateTime, Utc};
use patchbay_domain::{Actor, Result};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::domain::alert::action::Action;
use crate::domain::event::Event;
use crate::domain::input::field_errors::FieldErrors;
use crate::domain::input::text;
use crate::domain::links::Links;
use crate::domain::time_format;

const MAX_NAME: usize = 256;
const MAX_ACTIONS: usize = 10;
const MAX_MINUTES: i32 = 1440;
/// Webhooks contain thresholds, and JavaScript changes numbers beyond 2^53.
const MAX_THRESHOLD: i64 = 1_000_000_000_000;

/// The severity of an incident, by Sentry's numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Severity {
    Open,
    Warning,
    Critical,
}

/// The number of errors that starts an incident or changes its severity.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Trigger {
    pub(crate) severity: Severity,
    /// The trigger is reached by more errors than this.
    pub(crate) threshold: i64,
    pub(crate) actions: Vec<Action>,
}

/// Time window and thresholds of a rule, validated; stored as JSON.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Numbers {
    /// Minutes.
    pub(crate) time_window: i64,
    /// Highest severity first.
    pub(crate) triggers: Vec<Trigger>,
    /// The incident is resolved when the window has no more errors than this.
    pub(crate) resolve_threshold: i64,
    /// As in the request. Every query that is accepted means all errors.
    #[serde(default = "all_errors")]
    pub(crate) query: String,
}

fn all_errors() -> String {
    QUERY.to_owned()
}

/// A stored rule.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct MetricRule {
    pub(crate) id: i64,
    pub(crate) organization_id: i64,
    pub(crate) organization_slug: String,
    pub(crate) project_id: i64,
    pub(crate) project_slug: String,
    pub(crate) name: String,
    pub(crate) numbers: Numbers,
    pub(crate) created_at: DateTime<Utc>,
    pub(crate) incident: Option<Incident>,
}

/// An open incident: the number of errors exceeds a threshold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Incident {
    pub(crate) id: i64,
    /// Counts from 1 in each organization.
    pub(crate) identifier: i64,
    pub(crate) severity: Severity,
    pub(crate) started_at: DateTime<Utc>,
}

/// The number of errors of a project in the time window of a rule. Errors are counted by calendar minutes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Counts {
    /// With the running minute as the last of the window: at most the errors of a whole window.
    pub(crate) recent: i64,
    /// With the whole minutes before the running one and that one: at least the errors of a whole window.
    pub(crate) whole: i64,
}

/// The consequence of the counts for a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    Nothing,
    /// An incident starts, or changes its severity, because of this number of errors.
    Becomes(Severity, i64),
    Over(i64),
}

impl Severity {
    pub(crate) const ALL: [Self; 3] = [Self::Open, Self::Warning, Self::Critical];

    pub(crate) fn number(self) -> i64 {
        match self {
            Self::Open => 1,
            Self::Warning => 10,
            Self::Critical => 20,
        }
    }

    pub(crate) fn from_number(number: i64) -> Option<Self> {
        Self::ALL.into_iter().find(|severity| severity.number() == number)
    }

    /// `action` of the webhook.
    fn action(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Warning => "warning",
            Self::Critical => "critical",
        }
    }

    fn label(self) -> &'static str {
        if self == Self::Open { "" } else { self.action() }
    }
}

impl Numbers {
    /// Validates a request; returns the name and the rest of the rule.
    ///
    /// # Errors
    /// `INVALID_FIELD` (name, timeWindow, triggers, resolveThreshold, query).
    pub(crate) fn read(
        name: &str,
        time_window: i32,
        triggers: Vec<(String, i64, Result<Vec<Action>, String>)>,
        resolve_threshold: Option<i64>,
        query: Option<&str>,
    ) -> Result<(String, Self)> {
        let mut field_errors = FieldErrors::default();
        let name = field_errors.take("name", text::required_line(name, MAX_NAME));
        let window = match time_window {
            1..=MAX_MINUTES => Ok(i64::from(time_window)),
            _ => Err(format!("Ensure this value is between 1 and {MAX_MINUTES}.")),
        };
        let time_window = field_errors.take("timeWindow", window);
        let triggers = field_errors.take("triggers", read_triggers(triggers));
        let lowest = triggers.iter().map(|trigger| trigger.threshold).min().unwrap_or_default();
        let resolve_threshold = field_errors.take(
            "resolveThreshold",
            match resolve_threshold.unwrap_or(lowest) {
                threshold if (0..=lowest).contains(&threshold) => Ok(threshold),
                _ => Err("The resolve threshold cannot be above an alert threshold.".to_owned()),
            },
        );
        let query = match query.unwrap_or(QUERY) {
            query @ ("" | QUERY) => Ok(query.to_owned()),
            _ => Err(format!("Only {QUERY} is supported.")),
        };
        let query = field_errors.take("query", query);
        field_errors.finish().map(|()| (name, Self { time_window, triggers, resolve_threshold, query }))
    }

    /// The consequence of the counts, given the severity of the open incident. An incident starts and gets worse at once. It gets
    /// better and ends after a whole window with few errors, not with the first calendar minute.
    pub(crate) fn judge(&self, counts: Counts, incident: Option<Severity>) -> Verdict {
        let reached = |count: i64| {
            self.triggers.iter().find(|trigger| count > trigger.threshold).map(|trigger| trigger.severity)
        };
        let Some(now) = incident else {
            return reached(counts.recent)
                .map_or(Verdict::Nothing, |severity| Verdict::Becomes(severity, counts.recent));
        };
        match (reached(counts.recent), reached(counts.whole)) {
            (Some(worse), _) if worse > now => Verdict::Becomes(worse, counts.recent),
            (_, Some(better)) if better < now => Verdict::Becomes(better, counts.whole),
            (_, Some(_)) => Verdict::Nothing,
            (_, None) if counts.whole <= self.resolve_threshold => Verdict::Over(counts.whole),
            // Between the thresholds the severity stays, so that it does not flap.
            (_, None) => Verdict::Nothing,
        }
    }
}

fn read_triggers(given: Vec<(String, i64, Result<Vec<Action>, String>)>) -> Result<Vec<Trigger>, String> {
    let mut triggers: Vec<Trigger> = Vec::with_capacity(given.len());
    for (label, threshold, actions) in given {
        let severity = Severity::ALL
            .into_iter()
            .find(|severity| severity.label() == label)
            .ok_or_else(|| format!("\"{label:.20}\" is not a valid label."))?;
        let actions = actions?;
        if triggers.iter().any(|trigger| trigger.severity == severity) {
            return Err("Each label can be used once.".to_owned());
        }
        if !(0..=MAX_THRESHOLD).contains(&threshold) || actions.len() > MAX_ACTIONS {
            return Err(format!(
                "A threshold must be between 0 and {MAX_THRESHOLD}, and at most {MAX_ACTIONS} actions are possible."
            ));
        }
        triggers.push(Trigger { severity, threshold, actions });
    }
    if triggers.is_empty() {
        return Err("Must include at least one trigger.".to_owned());
    }
    triggers.sort_by_key(|trigger| std::cmp::Reverse(trigger.severity));
    if !triggers.is_sorted_by(|worse, better| worse.threshold > better.threshold) {
        return Err("Critical threshold must be above warning threshold.".to_owned());
    }
    Ok(triggers)
}

impl MetricRule {
    /// The document of the REST API.
    pub(crate) fn to_json(&self) -> Vec<u8> {
        let document = json!({
            "id": self.id.to_string(),
            "name": self.name,
            "organizationId": self.organization_id.to_string(),
            "projects": [self.project_slug],
            "aggregate": AGGREGATE,
            "query": self.numbers.query,
            "timeWindow": self.numbers.time_window,
            "resolveThreshold": self.numbers.resolve_threshold,
            "thresholdType": 0,
            "status": 0,
            "triggers": self.triggers(),
            "dateCreated": time_format::text(self.created_at),
        });
        document.to_string().into_bytes()
    }

    /// The events for the apps of the triggers of this severity. `None` is a resolved incident, which is published to the apps of all triggers.
    /// Each app gets one event.
    pub(crate) fn events(
        &self,
        incident: Incident,
        severity: Option<Severity>,
        count: i64,
        links: &Links,
        now: DateTime<Utc>,
    ) -> Vec<Event> {
        let action = severity.map_or("resolved", Severity::action);
        let data = self.data(incident, severity, count, links, now).to_string();
        // Every app that could have got an event of the incident also gets the event that resolves it.
        let told =
            self.numbers.triggers.iter().filter(|trigger| severity.is_none_or(|it| it == trigger.severity));
        let mut targets = Vec::new();
        for action in told.flat_map(|trigger| &trigger.actions) {
            if !targets.contains(&action.target()) {
                targets.push(action.target());
            }
        }
        let event = |(position, target)| Event {
            organization_id: self.organization_id,
            project_id: self.project_id,
            resource: "metric_alert",
            action,
            actor: Actor::System,
            target: Some(target),
            data_json: data.clone().into_bytes(),
            idempotency_key: format!("metric_alert:{}:{}:{position}", incident.id, now.timestamp_micros()),
        };
        targets.into_iter().enumerate().map(event).collect()
    }

    fn data(
        &self,
        incident: Incident,
        severity: Option<Severity>,
        count: i64,
        links: &Links,
        now: DateTime<Utc>,
    ) -> Value {
        let started = time_format::text(incident.started_at);
        let state = severity.map_or("Resolved", |severity| match severity {
            Severity::Open => "Open",
            Severity::Warning => "Warning",
            Severity::Critical => "Critical",
        });
        let window = self.numbers.time_window;
        let minutes = if window == 1 { "minute".to_owned() } else { format!("{window} minutes") };
        json!({
            "metric_alert": {
                "id": incident.id.to_string(),
                "identifier": incident.identifier.to_string(),
                "organization_id": self.organization_id.to_string(),
                "projects": [self.project_slug],
                "alert_rule": {
                    "id": self.id.to_string(),
                    "name": self.name,
                    "organization_id": self.organization_id.to_string(),
                    "status": 0,
                    "query": self.numbers.query,
                    "aggregate": AGGREGATE,
                    "time_window": window,
                    "threshold_type": 0,
                    "resolve_threshold": self.numbers.resolve_threshold,
                    "triggers": self.triggers(),
                    "projects": [self.project_slug],
                    "date_created": time_format::text(self.created_at),
                },
                "status": severity.map_or(2, Severity::number),
                "status_method": 3,
                "type": 2,
                "title": self.name,
                "date_started": started,
                "date_detected": started,
                "date_created": started,
                "date_closed": severity.is_none().then(|| time_format::text(now)),
            },
            "description_text": format!("{count} events in the last {minutes}"),
            "description_title": format!("{state}: {}", self.name),
            "web_url": links.metric_rule_page(&self.organization_slug, self.id),
        })
    }

    fn triggers(&self) -> Vec<Value> {
        let action = |action: &Action| {
            let mut document = json!({
                "type": "sentry_app",
                "target_type": "sentry_app",
                "target_identifier": action.app_id.to_string(),
                "sentry_app_id": action.app_id,
            });
            if !action.settings.is_null() {
                document["settings"] = action.settings.clone();
                document["sentry_app_installation_uuid"] = action.installation_uuid.clone().into();
            }
            document
        };
        let trigger = |trigger: &Trigger| {
            json!({
                "label": trigger.severity.label(),
                "alert_threshold": trigger.threshold,
                "actions": trigger.actions.iter().map(action).collect::<Vec<_>>(),
            })
        };
        self.numbers.triggers.iter().map(trigger).collect()
    }
}

const AGGREGATE: &str = "count()";
const QUERY: &str = "event.type:error";

#[cfg(test)]
mod tests;
