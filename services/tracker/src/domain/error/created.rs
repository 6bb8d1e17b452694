use patchbay_domain::Actor;

use crate::domain::error::document::EventDocument;
use crate::domain::error::error_event::ErrorEvent;
use crate::domain::error::source::ErrorSource;
use crate::domain::event::{Event, Json, json_object};
use crate::domain::links::Links;

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
