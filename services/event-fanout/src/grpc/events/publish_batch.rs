use patchbay_domain::{Error, Result};
use patchbay_proto::event_fanout::{PublishBatchRequest, PublishBatchResponse};
use tonic::metadata::MetadataMap;

use super::check_request::check_request;
use super::publish::response;
use crate::context::Context;

const MAX_EVENTS: usize = 1000;

pub(super) async fn publish_batch(
    context: &Context,
    metadata: &MetadataMap,
    request: PublishBatchRequest,
) -> Result<PublishBatchResponse> {
    if request.events.len() > MAX_EVENTS {
        let error = Error::invalid("BATCH_TOO_LARGE", "A batch holds at most 1000 events.");
        context.metrics.count_refusal(&error);
        return Err(error);
    }
    if request.events.is_empty() {
        return Ok(PublishBatchResponse::default());
    }
    let events = request.events.into_iter().enumerate().map(|(position, event)| {
        check_request(context, metadata, event).map_err(|error| at(position, error))
    });
    let events =
        events.collect::<Result<Vec<_>>>().inspect_err(|error| context.metrics.count_refusal(error))?;
    let accepted = context.accept.accept(events).await?;
    Ok(PublishBatchResponse { events: accepted.into_iter().map(response).collect() })
}

/// Adds the position in the batch to an error.
fn at(position: usize, mut error: Error) -> Error {
    for violation in &mut error.fields {
        violation.field = format!("events[{position}].{}", violation.field);
    }
    Error { message: format!("events[{position}]: {}", error.message), ..error }
}
