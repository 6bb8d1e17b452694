//! The options of a select field, requested from the app.

use axum::http::StatusCode;
use patchbay_proto::installation::Installation;
use serde_json::{Map, Value, json};
use tokio::time::Instant;

use crate::api::error::{Failure, Result};
use crate::apps::call::{AppAnswer, AppCall, Method};
use crate::apps::options_cache::Question;
use crate::context::Context;

/// More options than a person scrolls through.
const MAX_OPTIONS: usize = 2000;

/// The options of the app: `choices`, value first, and `defaultValue` if there is one. Recent answers to the same
/// question are reused.
pub(crate) async fn fetch(
    context: &Context,
    installation: &Installation,
    question: Question,
    deadline: Instant,
) -> Result<Map<String, Value>> {
    let now = context.introspection.clock().now();
    let known = context.options.get(&installation.uuid, &question, now);
    if let Some(Value::Object(known)) = known.and_then(|known| serde_json::from_str(&known).ok()) {
        context.metrics.options_cache_hits.inc();
        return Ok(known);
    }
    context.metrics.options_cache_misses.inc();
    let prepared = ask(context, installation, &question, deadline).await?;
    let text = serde_json::to_string(&prepared).unwrap_or_default();
    context.options.put(&installation.uuid, question, text, context.introspection.clock().now());
    Ok(prepared)
}

async fn ask(
    context: &Context,
    installation: &Installation,
    question: &Question,
    deadline: Instant,
) -> Result<Map<String, Value>> {
    let app = &installation.app_slug;
    let given = [
        ("installationId", Some(&installation.uuid)),
        ("projectSlug", question.project_slug.as_ref()),
        ("query", question.query.as_ref()),
        ("dependentData", question.dependent_data.as_ref()),
    ];
    let query = given.into_iter().filter_map(|(name, value)| Some((name, value?.clone()))).collect();
    let call = AppCall {
        app,
        installation,
        event_type: "select_options.requested",
        method: Method::Get(query),
        uri: &question.uri,
        deadline,
    };
    let answer = call.send(context).await?;
    read(answer, app, &question.uri)
}

fn read(answer: AppAnswer, app: &str, uri: &str) -> Result<Map<String, Value>> {
    if !answer.is_success() {
        let fallback = format!("Something went wrong while getting options for Select FormField from {app}");
        return Err(answer.failure(&fallback));
    }
    let Some(Value::Array(options)) = answer.body else {
        let message = format!("Invalid response format for Select FormField in {app} from uri: {uri}");
        return Err(Failure::of_app(StatusCode::BAD_REQUEST, "OPTIONS_INVALID", &message));
    };
    let mut choices = Vec::with_capacity(options.len().min(MAX_OPTIONS));
    let mut default = None;
    for option in options.iter().take(MAX_OPTIONS) {
        let (Some(value), Some(label)) = (option.get("value"), option.get("label")) else {
            let message = "Missing `value` or `label` in option data for Select FormField";
            return Err(Failure::of_app(StatusCode::INTERNAL_SERVER_ERROR, "OPTION_INCOMPLETE", message));
        };
        if option["default"] == true {
            default = Some(value.clone());
        }
        choices.push(json!([value, label]));
    }
    let mut prepared = Map::from_iter([("choices".to_owned(), Value::Array(choices))]);
    prepared.extend(default.map(|value| ("defaultValue".to_owned(), value)));
    Ok(prepared)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_json(status: i32, body: Value) -> Result<Value, StatusCode> {
        let answer = AppAnswer { status, body: Some(body) };
        read(answer, "notify", "/options").map(Value::Object).map_err(|failure| failure.status())
    }

    #[test]
    fn options_become_pairs_with_the_value_first() {
        let options =
            json!([{ "label": "One", "value": 1 }, { "label": "Two", "value": "2", "default": true }]);
        let expected = json!({ "choices": [[1, "One"], ["2", "Two"]], "defaultValue": "2" });
        assert_eq!(read_json(200, options), Ok(expected));
        assert_eq!(read_json(200, json!([])), Ok(json!({ "choices": [] })));
    }

    #[test]
    fn an_invalid_answer_is_refused() {
        assert_eq!(read_json(200, json!({})), Err(StatusCode::BAD_REQUEST));
        assert_eq!(read_json(200, json!([{ "label": "x" }])), Err(StatusCode::INTERNAL_SERVER_ERROR));
        assert_eq!(read_json(200, json!([7])), Err(StatusCode::INTERNAL_SERVER_ERROR));
        assert_eq!(read_json(418, json!({ "message": "no" })), Err(StatusCode::IM_A_TEAPOT));
        assert_eq!(read_json(0, Value::Null), Err(StatusCode::BAD_GATEWAY));
    }
}
