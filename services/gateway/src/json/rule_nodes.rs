//! The conditions and filters that an alert rule can have, as forms show them.

use serde_json::{Value, json};

/// The conditions under which a rule fires.
pub(crate) fn conditions() -> Value {
    let intervals = [
        ("1m", "one minute"),
        ("5m", "5 minutes"),
        ("15m", "15 minutes"),
        ("1h", "one hour"),
        ("1d", "one day"),
        ("1w", "one week"),
        ("30d", "30 days"),
    ];
    let frequency =
        json!({ "value": { "type": "number", "placeholder": 100 }, "interval": choice(&intervals) });
    json!([
        node("conditions.first_seen_event.FirstSeenEventCondition", "A new issue is created", json!({})),
        node(
            "conditions.regression_event.RegressionEventCondition",
            "The issue changes state from resolved to unresolved",
            json!({}),
        ),
        node("conditions.every_event.EveryEventCondition", "The event occurs", json!({})),
        node(
            "conditions.event_frequency.EventFrequencyCondition",
            "The issue is seen more than {value} times in {interval}",
            frequency,
        ),
    ])
}

/// The errors for which it fires.
pub(crate) fn filters() -> Value {
    let levels = [
        ("50", "fatal"),
        ("40", "error"),
        ("30", "warning"),
        ("20", "info"),
        ("10", "debug"),
        ("0", "sample"),
    ];
    let compared =
        [("eq", "equal to"), ("gte", "greater than or equal to"), ("lte", "less than or equal to")];
    let matched = [
        ("eq", "equals"),
        ("ne", "does not equal"),
        ("sw", "starts with"),
        ("ew", "ends with"),
        ("co", "contains"),
        ("nc", "does not contain"),
        ("is", "is set"),
        ("ns", "is not set"),
    ];
    let assignees = [("Unassigned", "No One"), ("Team", "Team"), ("Member", "Member")];
    json!([
        node(
            "filters.level.LevelFilter",
            "The event's level is {match} {level}",
            json!({ "level": choice(&levels), "match": choice(&compared) }),
        ),
        node(
            "filters.tagged_event.TaggedEventFilter",
            "The event's tags match {key} {match} {value}",
            json!({ "key": text("key"), "match": choice(&matched), "value": text("value") }),
        ),
        node(
            "filters.assigned_to.AssignedToFilter",
            "The issue is assigned to {targetType}",
            json!({ "targetType": { "type": "assignee", "choices": assignees } }),
        ),
    ])
}

fn node(id: &str, label: &str, form: Value) -> Value {
    let mut node = json!({ "id": format!("sentry.rules.{id}"), "label": label, "enabled": true });
    if form != json!({}) {
        node["formFields"] = form;
    }
    node
}

fn choice(choices: &[(&str, &str)]) -> Value {
    json!({ "type": "choice", "choices": choices })
}

fn text(placeholder: &str) -> Value {
    json!({ "type": "string", "placeholder": placeholder })
}
