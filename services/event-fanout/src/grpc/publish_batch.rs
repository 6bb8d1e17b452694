use patchbay_domain::{Error, Result};
use patchbay_proto::event_fanout::{PublishBatchRequest, PublishBatchResponse};
use tonic::Request;

use super::events::EventsService;
use super::publish::response;

const MAX_EVENTS: usize = 1000;

impl EventsService {
    pub(super) async fn publish_events(
        &self,
        request: Request<PublishBatchRequest>,
    ) -> Result<PublishBatchResponse> {
        let (metadata, _, message) = request.into_parts();
        if message.events.len() > MAX_EVENTS {
            let error = Error::invalid("BATCH_TOO_LARGE", "A batch holds at most 1000 events.");
            self.metrics.count_refusal(&error);
            return Err(error);
        }
        if message.events.is_empty() {
            return Ok(PublishBatchResponse::default());
        }
        let events = message
            .events
            .into_iter()
            .enumerate()
            .map(|(position, event)| self.checked(&metadata, event).map_err(|error| at(position, error)));
        let events =
            events.collect::<Result<Vec<_>>>().inspect_err(|error| self.metrics.count_refusal(error))?;
        let accepted = self.accept.accept(events).await?;
        Ok(PublishBatchResponse { events: accepted.into_iter().map(response).collect() })
    }
}

/// Says which event of the batch is meant.
fn at(position: usize, mut error: Error) -> Error {
    for violation in &mut error.fields {
        violation.field = format!("events[{position}].{}", violation.field);
    }
    Error { message: format!("events[{position}]: {}", error.message), ..error }
}
