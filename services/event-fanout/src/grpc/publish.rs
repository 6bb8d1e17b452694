use patchbay_domain::{Error, Result};
use patchbay_proto::event_fanout::{PublishRequest, PublishResponse};
use patchbay_runtime::TraceContext;
use tonic::Request;
use tonic::metadata::MetadataMap;

use super::events::EventsService;
use crate::accept::Accepted;
use crate::domain::check::{Stamp, check};
use crate::domain::event::{Event, event_id};

impl EventsService {
    pub(super) async fn publish_event(&self, request: Request<PublishRequest>) -> Result<PublishResponse> {
        let (metadata, _, message) = request.into_parts();
        let event =
            self.checked(&metadata, message).inspect_err(|error| self.metrics.count_refusal(error))?;
        let accepted = self.accept.accept(vec![event]).await?;
        let first = accepted.into_iter().next();
        first.map(response).ok_or_else(|| Error::internal("NO_ANSWER", "Something went wrong on our side."))
    }

    /// The event that a request asks to accept.
    pub(super) fn checked(&self, metadata: &MetadataMap, request: PublishRequest) -> Result<Event> {
        let accepted_at = self.clock.now();
        let stamp = Stamp {
            event_id: event_id(accepted_at, rand::random()),
            accepted_at,
            traceparent: traceparent(metadata),
        };
        let event = check(request, &self.catalogue.read(), stamp);
        if !self.catalogue.is_known()
            && event.as_ref().is_err_and(|error| error.reason == "UNKNOWN_EVENT_TYPE")
        {
            let message =
                "The operator's event types are not known yet. Send the event again a little later.";
            return Err(Error::unavailable("EVENT_TYPES_NOT_KNOWN", message));
        }
        let event = event?;
        self.check_targets(&event)?;
        Ok(event)
    }

    /// Before the first snapshot nobody is known, and nobody is refused for it.
    fn check_targets(&self, event: &Event) -> Result<()> {
        if event.targets.is_empty() || self.subscriptions.version().is_none() {
            return Ok(());
        }
        let index = self.subscriptions.read();
        match event.targets.iter().find(|target| !index.knows(event.organization_id, target)) {
            None => Ok(()),
            Some(_) => Err(Error::invalid(
                "TARGET_UNKNOWN",
                "A target is not installed in the event's organization.",
            )),
        }
    }
}

/// The span of the call, where it is traced, otherwise what the producer sent.
fn traceparent(metadata: &MetadataMap) -> Option<String> {
    let sent = || metadata.get("traceparent")?.to_str().ok().map(ToOwned::to_owned);
    TraceContext::current().map(|context| context.traceparent).or_else(sent)
}

pub(super) fn response(accepted: Accepted) -> PublishResponse {
    PublishResponse { event_id: accepted.id.to_string(), duplicate: accepted.duplicate }
}
