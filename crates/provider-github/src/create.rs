use patchbay_provider::{Failure, Object, Result, Ticket};
use serde_json::{Value, json};

use crate::api::Api;
use crate::key::{Repository, text};
use crate::ticket::{self, MAX_TEXT, MAX_TITLE, short};

/// Labels of a new ticket.
const MAX_LABELS: usize = 100;

pub(crate) async fn create(api: &Api<'_>, given: &Object) -> Result<Ticket> {
    let required = |name: &str| match text(given, name) {
        text if text.is_empty() => Err(Failure::field(name, "This field is required.")),
        text => Ok(text),
    };
    let repository = required("repo")?;
    let repository =
        Repository::parse(&repository).ok_or_else(|| Failure::field("repo", "Unknown repository."))?;
    let mut issue = json!({
        "title": short(&required("title")?, MAX_TITLE),
        "body": short(&text(given, "description"), MAX_TEXT),
    });
    let assignee = text(given, "assignee");
    if !assignee.is_empty() {
        issue["assignees"] = json!([assignee.trim_start_matches('@')]);
    }
    let labels = labels(given);
    if !labels.is_empty() {
        issue["labels"] = json!(labels);
    }
    let made = api.post(&repository.path("issues"), issue).await?;
    if made["number"].as_u64().is_none() {
        return Err(Failure::refused("There was an error creating the issue."));
    }
    Ok(ticket::read(&made, &repository))
}

/// A list, or a text with commas.
fn labels(given: &Object) -> Vec<String> {
    let labels: Vec<&str> = match given.get("labels") {
        Some(Value::Array(labels)) => labels.iter().filter_map(Value::as_str).collect(),
        Some(Value::String(labels)) => labels.split(',').collect(),
        _ => Vec::new(),
    };
    let labels = labels.into_iter().map(str::trim).filter(|label| !label.is_empty());
    labels.take(MAX_LABELS).map(str::to_owned).collect()
}
