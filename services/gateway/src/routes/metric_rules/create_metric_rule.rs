use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use patchbay_proto::tracker::{CreateMetricRuleRequest, MayWriteRulesRequest, MetricTrigger};
use patchbay_rpc::request_as;
use serde_json::Value;

use super::ALERT_WRITERS;
use crate::api::access::one_of;
use crate::api::authenticate::Authenticated;
use crate::api::body::JsonBody;
use crate::api::error::Result;
use crate::api::fields::{Fields, kind};
use crate::api::key::{RequestBody, custom, request_body, required_text, text_or_blank, texts, unset};
use crate::api::operation::{Operation, post};
use crate::api::params::Params;
use crate::api::schema::Kind;
use crate::apps::alert_settings;
use crate::apps::call::patience;
use crate::context::Context;
use crate::json::document;
use patchbay_edge::answer::Answer;

const MAX_TRIGGERS: usize = 3;
const NOT_A_NUMBER: &str = "A valid number is required.";

request_body! {
    /// A rule over the number of errors. The time window is in minutes.
    MetricRuleBody {
        projects: Vec<String> = texts("projects").required(),
        time_window: Option<i32> = custom("timeWindow", Kind::Integer, time_window).required(),
        resolve_threshold: Option<i64> = custom("resolveThreshold", Kind::Integer, threshold),
        name: String = required_text("name"),
        triggers: Vec<Value> = custom("triggers", Kind::Anything, triggers).required(),
        query: Option<String> = text_or_blank("query"),
        _aggregate: () = custom("aggregate", Kind::Choice(&["count()"]), aggregate),
        _dataset: () = custom("dataset", Kind::Choice(&["errors", "events"]), dataset),
        _event_types: () = custom("eventTypes", Kind::Texts, event_types),
        _query_type: () = custom("queryType", Kind::Integer, zero),
        _threshold_type: () = custom("thresholdType", Kind::Integer, zero),
        _comparison_delta: () = unset("comparisonDelta"),
        _environment: () = unset("environment"),
        _owner: () = unset("owner"),
    } only, ignoring ["dateCreated", "id", "organizationId", "status"]
}

pub(super) fn operation() -> Operation {
    post("create_metric_rule", "/api/0/organizations/{organization}/alert-rules/", create_metric_rule)
        .does("Make a rule over the number of errors of a project")
        .by(one_of(ALERT_WRITERS).and_apps())
        .takes::<MetricRuleBody>()
        .answers_json(201)
}

async fn create_metric_rule(
    State(context): State<Context>,
    params: Params,
    Authenticated(caller): Authenticated,
    JsonBody(mut fields): JsonBody,
) -> Result<Response> {
    let organization = params.organization()?;
    let MetricRuleBody { projects, time_window, resolve_threshold, name, triggers: given, query, .. } =
        MetricRuleBody::read_from(&mut fields);
    // Callers who may not write rules must not cause requests to apps.
    let may = MayWriteRulesRequest {
        organization: organization.clone(),
        project: projects.first().cloned().unwrap_or_default(),
        ..Default::default()
    };
    context.services.alerts().may_write_rules(request_as(&caller, may)).await.answer()?;
    if projects.len() != 1 {
        fields.problem("projects", "This field needs exactly one project.");
    }
    fields.finish()?;
    let deadline = patience(&context);
    let mut triggers = Vec::with_capacity(given.len());
    for trigger in given {
        triggers.push(MetricTrigger {
            label: trigger["label"].as_str().unwrap_or_default().to_owned(),
            alert_threshold: integer(&trigger["alertThreshold"]).unwrap_or(-1),
            actions: alert_settings::read(&context, &organization, &trigger["actions"], deadline).await?,
        });
    }
    let message = CreateMetricRuleRequest {
        organization,
        project: projects.into_iter().next().unwrap_or_default(),
        name,
        time_window: time_window.unwrap_or_default(),
        triggers,
        resolve_threshold,
        query,
    };
    let rule = context.services.alerts().create_metric_rule(request_as(&caller, message)).await.answer()?;
    Ok(document::one(StatusCode::CREATED, rule.document_json))
}

/// Every rule counts all errors.
fn aggregate(fields: &mut Fields, name: &'static str) {
    one_of_texts(fields, name, &["count()"]);
}

fn dataset(fields: &mut Fields, name: &'static str) {
    one_of_texts(fields, name, &["errors", "events"]);
}

fn one_of_texts(fields: &mut Fields, name: &'static str, supported: &[&str]) {
    let is_supported = |value: &Value| value.as_str().is_some_and(|text| supported.contains(&text));
    if fields.raw(name).is_some_and(|value| !is_supported(value)) {
        fields.problem(name, format!("Only {} is supported.", supported.join(" or ")));
    }
}

fn event_types(fields: &mut Fields, name: &'static str) {
    let is_error = |types: &Value| types.as_array().is_some_and(|types| types.iter().all(|it| it == "error"));
    if fields.raw(name).is_some_and(|types| !types.is_null() && !is_error(types)) {
        fields.problem(name, "Only error is supported.");
    }
}

fn zero(fields: &mut Fields, name: &'static str) {
    if fields.raw(name).is_some_and(|value| !value.is_null() && *value != 0) {
        fields.problem(name, "Only 0 is supported.");
    }
}

fn triggers(fields: &mut Fields, name: &'static str) -> Vec<Value> {
    match fields.raw(name).cloned() {
        Some(Value::Array(triggers)) if triggers.len() <= MAX_TRIGGERS => {
            if let Some(problem) = triggers.iter().find_map(problem) {
                fields.problem(name, problem);
            }
            triggers
        }
        _ => {
            fields.problem(name, "Must be a list of at most 3 triggers.");
            Vec::new()
        }
    }
}

/// The first fault in the form of a trigger. The tracker checks the values, and the actions are checked with their apps.
fn problem(trigger: &Value) -> Option<String> {
    const KEYS: [&str; 3] = ["label", "alertThreshold", "actions"];
    let Some(trigger) = trigger.as_object() else {
        return Some(format!("Expected a dictionary of items but got type \"{}\".", kind(trigger)));
    };
    if let Some(unknown) = trigger.keys().find(|key| !KEYS.contains(&key.as_str())) {
        return Some(format!("Unknown field \"{unknown:.100}\" of a trigger."));
    }
    if trigger.get("label").is_some_and(|label| !label.is_string()) {
        return Some("label: Not a valid string.".to_owned());
    }
    let threshold = trigger.get("alertThreshold").filter(|threshold| integer(threshold).is_none());
    threshold.map(|_| format!("alertThreshold: {NOT_A_NUMBER}"))
}

fn time_window(fields: &mut Fields, name: &'static str) -> Option<i32> {
    fields.raw(name).and_then(integer).and_then(|minutes| i32::try_from(minutes).ok())
}

/// Null stands for the lowest threshold of the triggers.
fn threshold(fields: &mut Fields, name: &'static str) -> Option<i64> {
    let value = fields.raw(name).filter(|value| !value.is_null())?;
    let threshold = integer(value);
    if threshold.is_none() {
        fields.problem(name, NOT_A_NUMBER);
    }
    threshold
}

/// A number, or a text that is one; the fraction of one that has a fraction is dropped.
fn integer(value: &Value) -> Option<i64> {
    let of_text = || value.as_str()?.trim().parse::<f64>().ok().filter(|number| number.is_finite());
    value.as_i64().or_else(|| value.as_f64().or_else(of_text).map(|number| number as i64))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_number_is_taken_as_such_or_as_text() {
        for (value, expected) in [
            (json!(7), Some(7)),
            (json!(7.9), Some(7)),
            (json!(" 7 "), Some(7)),
            (json!("x"), None),
            (json!("NaN"), None),
            (json!("inf"), None),
            (json!([7]), None),
            (json!(true), None),
        ] {
            assert_eq!(integer(&value), expected, "{value}");
        }
    }

    #[test]
    fn every_wrong_type_in_a_trigger_is_named() {
        let fine = json!({ "label": "critical", "alertThreshold": 7, "actions": [] });
        assert_eq!(problem(&fine), None);
        assert_eq!(problem(&json!({})), None, "the tracker tells what is missing");
        for (key, value) in [
            ("label", json!(7)),
            ("label", json!(null)),
            ("label", json!(["critical"])),
            ("alertThreshold", json!({})),
            ("alertThreshold", json!(null)),
            ("threshold", json!(7)),
        ] {
            let mut odd = fine.clone();
            odd[key] = value;
            assert!(problem(&odd).unwrap().contains(key), "{odd}");
        }
        assert_eq!(problem(&json!("x")).unwrap(), "Expected a dictionary of items but got type \"str\".");
    }
}
