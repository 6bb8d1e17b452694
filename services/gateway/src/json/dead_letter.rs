//! A dead letter: a delivery that was given up.

use patchbay_proto::webhook_sender::DeadLetter;
use serde::Serialize;
use utoipa::ToSchema;

use super::time;

/// A dead letter.
#[derive(Serialize, ToSchema)]
#[schema(as = DeadLetter)]
#[serde(rename_all = "camelCase")]
pub(crate) struct DeadLetterJson {
    /// As in `webhook-id`.
    delivery_id: String,
    event_id: String,
    installation_uuid: String,
    organization_id: i64,
    event_type: String,
    date_accepted: Option<String>,
    date_given_up: Option<String>,
    attempts: i32,
    response_code: i32,
    reason: String,
    sequence: i64,
}

impl From<DeadLetter> for DeadLetterJson {
    fn from(letter: DeadLetter) -> Self {
        Self {
            delivery_id: letter.delivery_id,
            event_id: letter.event_id,
            installation_uuid: letter.installation_uuid,
            organization_id: letter.organization_id,
            event_type: letter.event_type,
            date_accepted: letter.accepted_at.as_ref().and_then(time::iso),
            date_given_up: letter.given_up_at.as_ref().and_then(time::iso),
            attempts: letter.attempts,
            response_code: letter.response_code,
            reason: letter.reason,
            sequence: letter.sequence,
        }
    }
}
