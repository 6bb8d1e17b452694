//! The document of an error in Sentry's REST API, which has other keys than webhooks.

use serde_json::{Map, Value, json};

use crate::domain::error::stored_event::StoredEvent;
use crate::domain::time_format;

/// Keys of a stored error that become entries.
const ENTRIES: [&str; 4] = ["exception", "breadcrumbs", "request", "threads"];

/// Compact JSON.
pub(crate) fn detail(found: &StoredEvent) -> Vec<u8> {
    let stored: Map<String, Value> = serde_json::from_str(&found.document).unwrap_or_default();
    let get = |key: &str| stored.get(key).cloned().unwrap_or_default();
    let event_id = found.event_id.simple().to_string();
    let mut entries: Vec<Value> =
        ENTRIES.iter().filter_map(|key| Some(json!({ "type": key, "data": stored.get(*key)? }))).collect();
    let message = get("message");
    if message.as_str().is_some_and(|message| !message.is_empty()) {
        entries.push(json!({ "type": "message", "data": { "formatted": message } }));
    }
    let tags: Vec<Value> = match stored.get("tags") {
        Some(Value::Array(pairs)) => {
            pairs.iter().map(|pair| json!({ "key": pair[0], "value": pair[1] })).collect()
        }
        _ => Vec::new(),
    };
    let detail = json!({
        "id": event_id,
        "groupID": found.issue_id.to_string(),
        "eventID": event_id,
        "projectID": found.source.project.id.to_string(),
        "size": found.document.len(),
        "entries": entries,
        "dist": get("dist"),
        "message": message,
        "title": get("title"),
        "location": get("location"),
        "user": get("user"),
        "contexts": get("contexts"),
        "sdk": get("sdk"),
        "context": stored.get("extra").cloned().unwrap_or_else(|| json!({})),
        "type": get("type"),
        "metadata": get("metadata"),
        "tags": tags,
        "platform": get("platform"),
        "dateReceived": time_format::text(found.received_at),
        "dateCreated": get("datetime"),
        "errors": [],
        "culprit": get("culprit"),
        "fingerprints": get("hashes"),
        "release": get("release"),
    });
    detail.to_string().into_bytes()
}
