//! The action of an alert rule that creates a ticket at an outside tracker.
//!
//! Sentry's form puts the fields of the ticket beside the keys of the action.

use patchbay_edge::answer::Answer;
use patchbay_proto::issue_sync::{Integration, ListIntegrationsRequest};
use patchbay_proto::tracker::{AlertAction, TicketAction};
use patchbay_rpc::request;
use serde_json::{Map, Value};

use super::wrong_action::wrong;
use crate::api::error::Result;
use crate::context::Context;

/// The keys of the action itself; all others are fields of the ticket.
const OWN_KEYS: [&str; 6] =
    ["id", "integration", "dynamic_form_fields", "name", "uuid", "hasSchemaFormConfig"];
const FEATURE: &str = "ticket-rules";

/// Whether the action creates a ticket, for example `sentry.integrations.jira_server.notify_action.JiraServerCreateTicketAction`.
pub(super) fn is_one(action: &Value) -> bool {
    action["id"].as_str().is_some_and(|id| id.ends_with("CreateTicketAction"))
}

/// # Errors
/// `INVALID_FIELD` (actions): the integration is not the organization's, is not active, or creates no tickets.
pub(super) async fn read(context: &Context, organization: &str, action: &Value) -> Result<AlertAction> {
    let integration = integration(context, organization, &action["integration"]).await?;
    let provider = integration.provider.unwrap_or_default();
    if !provider.features.iter().any(|feature| feature == FEATURE) {
        return Err(wrong(&format!("{} creates no tickets for alert rules.", provider.name)).into());
    }
    let fields: Map<String, Value> = action.as_object().cloned().unwrap_or_default();
    let fields: Map<String, Value> =
        fields.into_iter().filter(|(key, _)| !OWN_KEYS.contains(&key.as_str())).collect();
    let form = match &action["dynamic_form_fields"] {
        Value::Null => Vec::new(),
        form => form.to_string().into_bytes(),
    };
    let ticket = TicketAction {
        integration_id: integration.id,
        provider_key: provider.key,
        fields_json: Value::Object(fields).to_string().into_bytes(),
        form_json: form,
    };
    Ok(AlertAction { ticket: Some(ticket), ..AlertAction::default() })
}

/// The active integration of the organization. Forms send its id as a text or a number. A list does not ask the tracker for settings, as
/// reading a single one would.
async fn integration(context: &Context, organization: &str, id: &Value) -> Result<Integration> {
    let unknown = || wrong("Invalid integration.");
    let id = id.as_i64().or_else(|| id.as_str()?.parse().ok()).ok_or_else(unknown)?;
    let mut message = ListIntegrationsRequest { organization: organization.to_owned(), ..Default::default() };
    loop {
        let listed =
            context.services.integrations().list_integrations(request(message.clone())).await.answer()?;
        message.offset += i32::try_from(listed.integrations.len()).unwrap_or(i32::MAX);
        let found = listed.integrations.into_iter().find(|integration| integration.id == id);
        match found {
            Some(found) if found.organization_status == "active" => return Ok(found),
            Some(_) => return Err(unknown().into()),
            None if listed.has_more => {}
            None => return Err(unknown().into()),
        }
    }
}
