//! Jira's words about a refusal.

use patchbay_provider::{Explained, Kind, Response};
use serde_json::Value;

/// `{"errorMessages":["…"],"errors":{"field":"…"}}`, or an OAuth problem in a header or body.
pub(crate) fn explain(response: &Response) -> Option<Explained> {
    let problem = oauth_problem(response);
    if problem.as_deref() == Some("timestamp_refused") {
        let message = "Jira refused the time of the request: the clocks of the two hosts differ.".to_owned();
        return Some(Explained { kind: Some(Kind::ClockSkew), message, fields: Vec::new() });
    }
    let body: Value = serde_json::from_slice(&response.body).ok()?;
    let messages = body["errorMessages"].as_array().into_iter().flatten().filter_map(Value::as_str);
    let mut words: Vec<String> = messages.map(str::to_owned).collect();
    let mut fields = Vec::new();
    for (field, text) in body["errors"].as_object().into_iter().flatten() {
        let text = text.as_str().unwrap_or_default().to_owned();
        words.push(format!("{field}: {text}"));
        fields.push((field.clone(), vec![text]));
    }
    Some(Explained { kind: None, message: words.join(" "), fields })
}

fn oauth_problem(response: &Response) -> Option<String> {
    let header = response.header("www-authenticate").unwrap_or_default().to_owned();
    let body = String::from_utf8_lossy(&response.body);
    [header.as_str(), &body].into_iter().find_map(|text| {
        let after = text.split_once("oauth_problem=")?.1;
        let word = after.trim_start_matches('"');
        Some(word.chars().take_while(|c| c.is_ascii_lowercase() || *c == '_').collect())
    })
}
