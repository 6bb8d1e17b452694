use patchbay_provider::{Object, Result, Ticket};
use serde_json::Value;

use crate::jira::{Jira, part};

/// A ticket that does not exist is [`Kind::Gone`](patchbay_provider::Kind::Gone).
pub(crate) async fn get(jira: &Jira<'_>, key: &str) -> Result<Ticket> {
    let found: Value = jira.get(&format!("rest/api/2/issue/{}", part(key)), &[]).await?;
    Ok(read(&found, key))
}

fn read(found: &Value, key: &str) -> Ticket {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let fields = &found["fields"];
    let mut metadata = Object::new();
    if let Some(id) = found["id"].as_str() {
        metadata.insert("provider_issue_id".to_owned(), id.into());
    }
    Ticket {
        key: found["key"].as_str().unwrap_or(key).to_owned(),
        title: text(&fields["summary"]),
        description: text(&fields["description"]),
        project: text(&fields["project"]["id"]),
        status: text(&fields["status"]["id"]),
        metadata,
    }
}
