use patchbay_domain::Actor;

use super::error_event::ErrorEvent;
use super::error_source::ErrorSource;
use super::event::{Event, Json, json_object};
use super::event_document::EventDocument;
use super::links::Links;

/// The event of a recorded error.
pub(crate) fn error_created(event: &ErrorEvent, issue_id: i64, source: &ErrorSource, links: &Links) -> Event {
    let document = EventDocument::new(&event.document, event.event_id, issue_id, source, links);
    Event {
        organization_id: source.project.organization_id,
        project_id: source.project.id,
        resource: "error",
        action: "created",
        actor: Actor::System,
        target: None,
        data_json: json_object([("error", &document as &dyn Json)]),
        idempotency_key: format!("error.created:{}:{}", source.project.id, event.event_id.simple()),
    }
}
