use std::sync::Arc;

use futures::stream::BoxStream;
use futures::{Stream, StreamExt};
use patchbay_domain::{Error, Result};
use patchbay_proto::event_fanout::publish_stream_response::Outcome;
use patchbay_proto::event_fanout::{PublishRequest, PublishStreamRequest, PublishStreamResponse, Refusal};
use tonic::Status;
use tonic::metadata::MetadataMap;

use super::check_request::check_request;
use super::publish::response;
use crate::accept::Pending;
use crate::context::Context;

/// Events of one stream in progress at once.
const WINDOW: usize = 256;

/// Accepts events and responds in the order of the stream. While the window or the memory for events is full, the stream is not read, and
/// the transport slows the client down.
#[expect(
    clippy::async_yields_async,
    reason = "events are queued one after the other, their responses are awaited together"
)]
pub(super) fn publish_stream(
    context: &Context,
    metadata: MetadataMap,
    requests: impl Stream<Item = Result<PublishStreamRequest, Status>> + Send + 'static,
) -> BoxStream<'static, Result<PublishStreamResponse, Status>> {
    let (context, stop) = (context.clone(), context.stop.clone());
    let metadata = Arc::new(metadata);
    requests
        .take_until(async move { stop.requested().await })
        .then(move |request| {
            let (context, metadata) = (context.clone(), metadata.clone());
            async move {
                let begun = match request {
                    Ok(request) => {
                        let pending = begin(&context, &metadata, request.event.unwrap_or_default()).await;
                        Ok((context, request.tag, pending))
                    }
                    Err(status) => Err(status),
                };
                async move {
                    let (context, tag, pending) = begun?;
                    Ok(PublishStreamResponse { tag, outcome: Some(outcome(&context, pending).await) })
                }
            }
        })
        .buffered(WINDOW)
        .boxed()
}

async fn begin(context: &Context, metadata: &MetadataMap, request: PublishRequest) -> Result<Pending> {
    let event = check_request(context, metadata, request)?;
    context.accept.submit("grpc", vec![Arc::new(event)]).await
}

async fn outcome(context: &Context, pending: Result<Pending>) -> Outcome {
    let accepted = match pending {
        Ok(pending) => pending.answer().await,
        Err(error) => Err(error),
    };
    let first = accepted.and_then(|accepted| {
        let first = accepted.into_iter().next();
        first.ok_or_else(|| Error::internal("NO_ANSWER", "Something went wrong on our side."))
    });
    match first {
        Ok(accepted) => Outcome::Accepted(response(accepted)),
        Err(error) => {
            context.metrics.count_refusal(&error);
            Outcome::Refused(refusal(error))
        }
    }
}

fn refusal(error: Error) -> Refusal {
    use patchbay_domain::ErrorKind::{DeadlineExceeded, Internal, TooManyRequests, Unavailable};
    let retryable = matches!(error.kind, Unavailable | TooManyRequests | DeadlineExceeded | Internal);
    let fields =
        error.fields.iter().map(|broken| format!(" {}: {}", broken.field, broken.messages.join(" ")));
    let message = error.message + &fields.collect::<String>();
    Refusal { reason: error.reason.into_owned(), message, retryable }
}
