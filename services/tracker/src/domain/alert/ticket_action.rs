use patchbay_domain::canonical_json::is_exact;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

const MAX_FIELDS_BYTES: usize = 32 * 1024;
const MAX_FORM_BYTES: usize = 256 * 1024;
const MAX_KEY: usize = 64;

/// An action of a rule: creating a ticket at an outside tracker.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TicketAction {
    pub(crate) integration_id: i64,
    pub(crate) provider_key: String,
    /// An object: the fields of the form of a new ticket.
    pub(crate) fields: Value,
    /// The form in which they were entered, an array. Clients show it again.
    pub(crate) form: Value,
}

impl TicketAction {
    /// # Errors
    /// The problem, as a sentence.
    pub(crate) fn read(
        integration_id: i64,
        provider_key: String,
        fields_json: &[u8],
        form_json: &[u8],
    ) -> Result<Self, String> {
        let key_fits = (1..=MAX_KEY).contains(&provider_key.chars().count());
        if integration_id <= 0 || !key_fits {
            return Err("A ticket needs an integration.".to_owned());
        }
        if fields_json.len() > MAX_FIELDS_BYTES || form_json.len() > MAX_FORM_BYTES {
            return Err("The fields of a ticket have at most 32 KiB, its form 256 KiB.".to_owned());
        }
        let fields = read(fields_json, json!({})).filter(Value::is_object);
        let fields = fields.ok_or("The fields of a ticket have to be an object.")?;
        let form = read(form_json, json!([])).filter(Value::is_array);
        let form = form.ok_or("The form of a ticket has to be a list.")?;
        if !is_exact(&fields) || !is_exact(&form) {
            return Err("Fields must not contain numbers beyond 2^53; send them as texts.".to_owned());
        }
        Ok(Self { integration_id, provider_key, fields, form })
    }

    /// The action as Sentry's rules show it: the fields stand beside its own keys.
    pub(crate) fn document(&self) -> Value {
        let mut document = self.fields.clone();
        document["id"] = json!(id_of(&self.provider_key));
        document["integration"] = json!(self.integration_id.to_string());
        document["dynamic_form_fields"] = self.form.clone();
        document
    }
}

fn read(json: &[u8], default: Value) -> Option<Value> {
    if json.is_empty() { Some(default) } else { serde_json::from_slice(json).ok() }
}

/// Sentry names the class of the provider: `sentry.integrations.jira_server.notify_action.JiraServerCreateTicketAction`.
fn id_of(provider_key: &str) -> String {
    let capital = |word: &str| {
        let mut word = word.to_owned();
        if let Some(first) = word.get_mut(..1) {
            first.make_ascii_uppercase();
        }
        word
    };
    let class: String = provider_key.split('_').map(capital).collect();
    format!("sentry.integrations.{provider_key}.notify_action.{class}CreateTicketAction")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_document_is_that_of_sentry() {
        let fields = br#"{"project":"20400","issuetype":"1"}"#;
        let action = TicketAction::read(31, "jira_server".to_owned(), fields, b"").unwrap();
        let expected = json!({
            "project": "20400",
            "issuetype": "1",
            "id": "sentry.integrations.jira_server.notify_action.JiraServerCreateTicketAction",
            "integration": "31",
            "dynamic_form_fields": [],
        });
        assert_eq!(action.document(), expected);
    }

    #[test]
    fn a_ticket_without_integration_or_with_other_shapes_is_refused() {
        let read =
            |id, key: &str, fields: &[u8], form: &[u8]| TicketAction::read(id, key.to_owned(), fields, form);
        assert!(read(0, "jira_server", b"", b"").is_err() && read(1, "", b"", b"").is_err());
        assert!(read(1, "github", b"[]", b"").is_err() && read(1, "github", b"", b"{}").is_err());
        assert!(read(1, "github", br#"{"a":9007199254740993}"#, b"").is_err());
        assert!(read(1, "github", &vec![b' '; MAX_FIELDS_BYTES + 1], b"").is_err());
    }
}
