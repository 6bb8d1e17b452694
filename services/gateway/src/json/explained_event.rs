//! The outcome of an event.

use patchbay_proto::event_fanout::{Decision, ExplainResponse, Outcome};
use serde::Serialize;
use utoipa::ToSchema;

use super::time::iso;

/// The outcome of an event at each installation of its organization.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ExplainedEvent)]
pub(crate) struct ExplainedEventJson {
    event_id: String,
    event_type: String,
    accepted_at: Option<String>,
    /// Whether the webhook sender has every delivery of the event.
    handed_over: bool,
    decisions: Vec<DecisionJson>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ExplainedDecision)]
struct DecisionJson {
    installation_uuid: String,
    /// Empty when the app is not installed any more.
    app_slug: String,
    outcome: &'static str,
    /// The reason of the outcome, for example `exhausted`.
    detail: String,
    attempts: i32,
    /// Status of the last answer, 0 when there was none.
    response_code: i32,
    /// When the next attempt is due.
    due_at: Option<String>,
    /// `Patchbay-Sequence` of the webhook; null when it has none.
    sequence: Option<i64>,
}

impl From<ExplainResponse> for ExplainedEventJson {
    fn from(explained: ExplainResponse) -> Self {
        Self {
            event_id: explained.event_id,
            event_type: explained.event_type,
            accepted_at: explained.accepted_at.as_ref().and_then(iso),
            handed_over: explained.handed_over,
            decisions: explained.decisions.into_iter().map(Into::into).collect(),
        }
    }
}

impl From<Decision> for DecisionJson {
    fn from(decision: Decision) -> Self {
        let outcome = match decision.outcome() {
            Outcome::Unspecified => "unknown",
            Outcome::Delivered => "delivered",
            Outcome::Pending => "pending",
            Outcome::Dead => "dead",
            Outcome::Dropped => "dropped",
            Outcome::NotSubscribed => "not_subscribed",
            Outcome::ProjectFiltered => "project_filtered",
            Outcome::ScopeMissing => "scope_missing",
            Outcome::NotInstalled => "not_installed",
            Outcome::NoWebhook => "no_webhook",
            Outcome::Suspended => "suspended",
            Outcome::Held => "held",
        };
        Self {
            outcome,
            installation_uuid: decision.installation_uuid,
            app_slug: decision.app_slug,
            detail: decision.detail,
            attempts: decision.attempts,
            response_code: decision.response_code,
            due_at: decision.due_at.as_ref().and_then(iso),
            sequence: Some(decision.sequence).filter(|sequence| *sequence != 0),
        }
    }
}
