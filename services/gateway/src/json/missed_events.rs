//! The events of an installation, from a sequence number on.

use patchbay_domain::{Error, Result};
use patchbay_proto::event_fanout::{BackfillResponse, SequencedEvent};
use serde::Serialize;
use serde_json::value::RawValue;
use utoipa::ToSchema;

use super::time::iso;

/// A page of events after a sequence number.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = MissedEvents)]
pub(crate) struct MissedEventsJson {
    /// In the order of their numbers.
    events: Vec<MissedEventJson>,
    /// The value of `after` for the next page.
    last: i64,
    /// The newest sequence number of the installation.
    newest: i64,
    has_more: bool,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = MissedEvent)]
struct MissedEventJson {
    sequence: i64,
    event_id: String,
    /// The same as in the header of the webhook.
    webhook_id: String,
    event_type: String,
    accepted_at: Option<String>,
    /// As in the webhook, to the byte.
    #[schema(value_type = Object)]
    body: Box<RawValue>,
}

impl TryFrom<BackfillResponse> for MissedEventsJson {
    type Error = Error;

    fn try_from(answer: BackfillResponse) -> Result<Self> {
        let events = answer.events.into_iter().map(MissedEventJson::try_from).collect::<Result<_>>()?;
        Ok(Self { events, last: answer.last, newest: answer.newest, has_more: answer.has_more })
    }
}

impl TryFrom<SequencedEvent> for MissedEventJson {
    type Error = Error;

    fn try_from(event: SequencedEvent) -> Result<Self> {
        let body =
            String::from_utf8(event.body.into()).ok().and_then(|body| RawValue::from_string(body).ok());
        Ok(Self {
            sequence: event.sequence,
            event_id: event.event_id,
            webhook_id: event.delivery_id,
            event_type: event.event_type,
            accepted_at: event.accepted_at.as_ref().and_then(iso),
            body: body.ok_or_else(|| Error::internal("NOT_JSON", "Something went wrong on our side."))?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_body_stays_as_it_was_signed() {
        let body = r#"{"action":"created","data":{"n":1e21,"é":"é"}}"#;
        let event = SequencedEvent { sequence: 2, body: body.into(), ..Default::default() };
        let answer = BackfillResponse { events: vec![event], last: 2, newest: 3, has_more: true };
        let written = serde_json::to_string(&MissedEventsJson::try_from(answer).unwrap()).unwrap();
        assert!(written.contains(&format!(r#""body":{body}"#)), "{written}");
        assert!(written.ends_with(r#""last":2,"newest":3,"hasMore":true}"#), "{written}");
    }
}
