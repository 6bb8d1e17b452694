use patchbay_provider::{Failure, Kind, Object, Result, Ticket};
use serde_json::{Value, json};

use crate::forms;
use crate::jira::Jira;
use crate::ticket;

/// Characters of a title.
const MAX_SUMMARY: usize = 255;

/// Creates a ticket, and reads it. Only fields that the type has are sent.
pub(crate) async fn create(jira: &Jira<'_>, given: &Object) -> Result<Ticket> {
    let text = |name: &str| given.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
    let kind = text("issuetype").ok_or_else(|| Failure::field("issuetype", "Issue type is required."))?;
    let project = text("project").ok_or_else(|| Failure::field("project", "Jira project is required"))?;
    let mut fields = Object::new();
    fields.insert("project".to_owned(), json!({ "id": project }));
    fields.insert("issuetype".to_owned(), json!({ "id": kind }));
    for field in forms::fields(jira, project, kind).await? {
        let value = match field.field_id.as_str() {
            "project" | "issuetype" => continue,
            "summary" => {
                text("title").map(|title| json!(title.chars().take(MAX_SUMMARY).collect::<String>()))
            }
            "description" => text("description").map(Value::from),
            id => field.value(given.get(id).unwrap_or(&Value::Null))?,
        };
        fields.extend(value.map(|value| (field.field_id.clone(), value)));
    }
    let made = jira.post("rest/api/2/issue", &json!({ "fields": fields })).await?;
    let made: Value = made.json()?;
    let key = made["key"].as_str().filter(|key| !key.is_empty());
    let key = key.ok_or_else(|| Failure::new(Kind::Refused, "There was an error creating the issue."))?;
    ticket::get(jira, key).await
}
