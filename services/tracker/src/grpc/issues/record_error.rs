use patchbay_domain::{Caller, Error, Result, feature};
use patchbay_proto::tracker as wire;

use crate::context::Context;
use crate::domain::access;
use crate::domain::error::error_event::ErrorEvent;
use crate::domain::error::source::ErrorSource;
use crate::domain::project::not_found;
use crate::grpc::named;
use crate::recorder::Recorded;

const MAX_EVENTS: usize = 1000;

pub(super) async fn record_error(
    context: &Context,
    caller: &Caller,
    request: wire::RecordErrorRequest,
) -> Result<wire::RecordErrorResponse> {
    access::internal(caller)?;
    if request.events.len() > MAX_EVENTS {
        return Err(Error::invalid("BATCH_TOO_LARGE", format!("A batch holds at most {MAX_EVENTS} errors.")));
    }
    let db = &context.db;
    let organization = named::find_organization(db, &request.organization).await?.ok_or_else(not_found)?;
    let project = named::project(db, organization.id, &request.project).await?.ok_or_else(not_found)?;
    let now = context.clock.now();
    let mut events = Vec::with_capacity(request.events.len());
    for (position, event) in request.events.iter().enumerate() {
        let read = ErrorEvent::read(&event.event_json, project.id, context.random.uuid(), now);
        events.push(read.map_err(|error| at(position, error))?);
    }
    if events.is_empty() {
        return Ok(wire::RecordErrorResponse::default());
    }
    let publishes_errors = organization.features.iter().any(|name| name == feature::EVENT_HOOKS);
    let source = ErrorSource { organization_slug: organization.slug, project, publishes_errors };
    let recorded = context.recorder.record(source, events).await?;
    Ok(wire::RecordErrorResponse { events: recorded.into_iter().map(to_wire).collect() })
}

/// Adds the position in the batch to the invalid fields.
fn at(position: usize, mut error: Error) -> Error {
    for violation in &mut error.fields {
        violation.field = format!("events[{position}].{}", violation.field);
    }
    error
}

fn to_wire(recorded: Recorded) -> wire::RecordedEvent {
    let Recorded { event_id, issue_id, opened, duplicate } = recorded;
    wire::RecordedEvent { event_id: event_id.simple().to_string(), issue_id, opened, duplicate }
}
