//! An integration beside an issue, and the tickets that are linked to it.

use patchbay_proto::issue_sync::{Integration, IntegrationLinks, LinkedTicket, SyncOutcome};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::integration::ShortIntegrationJson;
use super::time;

/// An integration whose tickets can be linked to an issue.
#[derive(Serialize, ToSchema)]
#[schema(as = IssueIntegration)]
#[serde(rename_all = "camelCase")]
pub(crate) struct IssueIntegrationJson {
    #[serde(flatten)]
    integration: ShortIntegrationJson,
    /// Oldest first.
    external_issues: Vec<ExternalTicketJson>,
}

/// A ticket that is linked to an issue.
#[derive(Serialize, ToSchema)]
#[schema(as = ExternalTicket)]
#[serde(rename_all = "camelCase")]
struct ExternalTicketJson {
    /// The link, as a text.
    id: String,
    key: String,
    url: String,
    title: String,
    description: String,
    /// Empty if the key is good enough.
    display_name: String,
    /// The last change from the tracker.
    last_inbound: Option<SyncOutcomeJson>,
    /// The last change to the tracker.
    last_outbound: Option<SyncOutcomeJson>,
}

/// The outcome of a synchronisation.
#[derive(Serialize, ToSchema)]
#[schema(as = SyncOutcome)]
#[serde(rename_all = "camelCase")]
struct SyncOutcomeJson {
    at: Option<String>,
    /// `assignee`, `status` or `comment`.
    operation: String,
    /// `success`, `halted`, `failure` or `waiting`.
    outcome: String,
    /// The reason; empty for a success.
    message: String,
    /// Null unless it waits.
    next_attempt: Option<String>,
}

/// A link that was made, or existed.
#[derive(Serialize, ToSchema)]
#[schema(as = LinkedTicket)]
#[serde(rename_all = "camelCase")]
pub(crate) struct LinkedTicketJson {
    id: i64,
    key: String,
    url: String,
    integration_id: i64,
    display_name: String,
}

/// An integration with a form.
#[derive(Serialize, ToSchema)]
#[schema(as = TicketForm)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TicketFormJson {
    #[serde(flatten)]
    integration: ShortIntegrationJson,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Vec<Object>>)]
    link_issue_config: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Vec<Object>>)]
    create_issue_config: Option<Value>,
}

impl TicketFormJson {
    pub(crate) fn new(integration: Integration, action: &str) -> Self {
        let form: Option<Value> = serde_json::from_slice(&integration.issue_form_json).ok();
        let of = |wanted: &str| form.clone().filter(|_| action == wanted);
        Self {
            link_issue_config: of("link"),
            create_issue_config: of("create"),
            integration: integration.into(),
        }
    }
}

impl From<IntegrationLinks> for IssueIntegrationJson {
    fn from(links: IntegrationLinks) -> Self {
        Self {
            integration: links.integration.unwrap_or_default().into(),
            external_issues: links.tickets.into_iter().map(ExternalTicketJson::from).collect(),
        }
    }
}

impl From<LinkedTicket> for ExternalTicketJson {
    fn from(ticket: LinkedTicket) -> Self {
        Self {
            id: ticket.id.to_string(),
            key: ticket.key,
            url: ticket.url,
            title: ticket.title,
            description: ticket.description,
            display_name: ticket.display_name,
            last_inbound: ticket.last_inbound.map(SyncOutcomeJson::from),
            last_outbound: ticket.last_outbound.map(SyncOutcomeJson::from),
        }
    }
}

impl From<SyncOutcome> for SyncOutcomeJson {
    fn from(outcome: SyncOutcome) -> Self {
        Self {
            at: outcome.at.as_ref().and_then(time::iso),
            operation: outcome.operation,
            outcome: outcome.outcome,
            message: outcome.message,
            next_attempt: outcome.next_attempt.as_ref().and_then(time::iso),
        }
    }
}

impl From<LinkedTicket> for LinkedTicketJson {
    fn from(ticket: LinkedTicket) -> Self {
        let LinkedTicket { id, key, url, integration_id, display_name, .. } = ticket;
        Self { id, key, url, integration_id, display_name }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_is_written_as_the_contract_says() {
        let ticket = LinkedTicket {
            id: 5,
            key: "OPS-7".to_owned(),
            url: "https://jira.acme.test/browse/OPS-7".to_owned(),
            integration_id: 31,
            title: "Printer on fire".to_owned(),
            ..Default::default()
        };
        let expected = r#"{"id":5,"key":"OPS-7","url":"https://jira.acme.test/browse/OPS-7","integrationId":31,"displayName":""}"#;
        assert_eq!(serde_json::to_string(&LinkedTicketJson::from(ticket)).unwrap(), expected);
    }
}
