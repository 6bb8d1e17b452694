use patchbay_domain::{Error, Result};
use patchbay_proto::event_fanout::PublishRequest;
use patchbay_runtime::TraceContext;
use tonic::metadata::MetadataMap;

use crate::accept::check::{Stamp, check};
use crate::context::Context;
use crate::domain::event::{Event, event_id};

/// Converts a request to an event, and checks that its targets exist.
pub(super) fn check_request(
    context: &Context,
    metadata: &MetadataMap,
    request: PublishRequest,
) -> Result<Event> {
    let accepted_at = context.clock.now();
    let stamp = Stamp {
        event_id: event_id(accepted_at, context.random.bytes()),
        accepted_at,
        traceparent: traceparent(metadata),
    };
    let event = check(request, &context.catalogue.read(), stamp);
    if !context.catalogue.is_known()
        && event.as_ref().is_err_and(|error| error.reason == "UNKNOWN_EVENT_TYPE")
    {
        let message = "The operator's event types are not known yet. Send the event again a little later.";
        return Err(Error::unavailable("EVENT_TYPES_NOT_KNOWN", message));
    }
    let event = event?;
    check_targets(context, &event)?;
    Ok(event)
}

/// Accepts every target before the first snapshot of subscriptions.
fn check_targets(context: &Context, event: &Event) -> Result<()> {
    if event.targets.is_empty() || context.subscriptions.version().is_none() {
        return Ok(());
    }
    let index = context.subscriptions.read();
    match event.targets.iter().find(|target| !index.knows(event.organization_id, target)) {
        None => Ok(()),
        Some(_) => {
            Err(Error::invalid("TARGET_UNKNOWN", "A target is not installed in the event's organization."))
        }
    }
}

/// The span of the call if it is traced, otherwise the header of the producer.
fn traceparent(metadata: &MetadataMap) -> Option<String> {
    let sent = || metadata.get("traceparent")?.to_str().ok().map(ToOwned::to_owned);
    TraceContext::current().map(|context| context.traceparent).or_else(sent)
}
