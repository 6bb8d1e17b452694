use patchbay_domain::{Error, Result};
use patchbay_proto::event_fanout::{PublishRequest, PublishResponse};
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
            traceparent: metadata
                .get("traceparent")
                .and_then(|value| value.to_str().ok())
                .map(ToOwned::to_owned),
        };
        let event = check(request, stamp)?;
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

pub(super) fn response(accepted: Accepted) -> PublishResponse {
    PublishResponse { event_id: accepted.id.to_string(), duplicate: accepted.duplicate }
}
