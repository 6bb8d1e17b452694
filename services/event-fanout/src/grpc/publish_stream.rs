use std::sync::Arc;

use futures::stream::BoxStream;
use futures::{Stream, StreamExt};
use patchbay_domain::{Error, Result};
use patchbay_proto::event_fanout::publish_stream_response::Outcome;
use patchbay_proto::event_fanout::{PublishRequest, PublishStreamRequest, PublishStreamResponse, Refusal};
use tonic::Status;
use tonic::metadata::MetadataMap;

use super::events::EventsService;
use super::publish::response;
use crate::accept::Pending;

/// Events of one stream that are worked on at once.
const WINDOW: usize = 256;

impl EventsService {
    /// Takes events in their order and answers in that order. While the window or the memory for events is full,
    /// nothing is read, and the transport slows the client down.
    #[expect(
        clippy::async_yields_async,
        reason = "events are taken one after the other, answers are awaited together"
    )]
    pub(super) fn publish_stream_of(
        &self,
        metadata: MetadataMap,
        requests: impl Stream<Item = Result<PublishStreamRequest, Status>> + Send + 'static,
    ) -> BoxStream<'static, Result<PublishStreamResponse, Status>> {
        let (service, stop) = (self.clone(), self.stop.clone());
        let metadata = Arc::new(metadata);
        requests
            .take_until(async move { stop.requested().await })
            .then(move |request| {
                let (service, metadata) = (service.clone(), metadata.clone());
                async move {
                    let begun = match request {
                        Ok(request) => {
                            let pending = service.begin(&metadata, request.event.unwrap_or_default()).await;
                            Ok((service, request.tag, pending))
                        }
                        Err(status) => Err(status),
                    };
                    async move {
                        let (service, tag, pending) = begun?;
                        Ok(PublishStreamResponse { tag, outcome: Some(service.outcome(pending).await) })
                    }
                }
            })
            .buffered(WINDOW)
            .boxed()
    }

    async fn begin(&self, metadata: &MetadataMap, request: PublishRequest) -> Result<Pending> {
        let event = self.checked(metadata, request)?;
        self.accept.submit("grpc", vec![Arc::new(event)]).await
    }

    async fn outcome(&self, pending: Result<Pending>) -> Outcome {
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
                self.metrics.count_refusal(&error);
                Outcome::Refused(refusal(error))
            }
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
