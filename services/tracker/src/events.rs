use std::collections::BTreeMap;

use patchbay_bus::Topic;
use patchbay_db::OutboxMessage;
use patchbay_proto::event_fanout::PublishRequest;
use patchbay_runtime::trace_context;
use prost::Message;

use crate::domain::event::Event;

/// The outbox row of an event, carrying on the trace in which it was caused.
pub(crate) fn message(event: Event) -> OutboxMessage {
    let mut headers = BTreeMap::new();
    trace_context::inject_into(&mut headers);
    let request = PublishRequest {
        organization_id: event.organization_id,
        resource: event.resource.to_owned(),
        action: event.action.to_owned(),
        data_json: event.data_json.into(),
        // The product itself: no user action opens an issue, the first error does.
        actor: None,
        project_id: event.project_id,
        targets: Vec::new(),
        idempotency_key: event.idempotency_key,
        ..PublishRequest::default()
    };
    OutboxMessage {
        topic: Topic::Events.name().to_owned(),
        key: format!("{}.{}", event.resource, event.action),
        body: request.encode_to_vec().into(),
        headers,
    }
}
