use patchbay_domain::{Caller, Error, Result, feature, shortened};
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
    let mut answered = Vec::with_capacity(request.events.len());
    let mut events = Vec::with_capacity(request.events.len());
    for event in &request.events {
        match ErrorEvent::read(&event.event_json, project.id, context.random.uuid(), now) {
            Ok(event) => {
                answered.push(wire::RecordedEvent::default());
                events.push(event);
            }
            Err(error) => answered.push(refused(&error)),
        }
    }
    let refusals = request.events.len() - events.len();
    if refusals > 0 {
        context.metrics.errors_refused.inc_by(refusals as u64);
        tracing::debug!(
            project_id = project.id,
            refusals,
            "invalid errors were refused; the others are recorded"
        );
    }
    if events.is_empty() {
        return Ok(wire::RecordErrorResponse { events: answered });
    }
    let publishes_errors = organization.features.iter().any(|name| name == feature::EVENT_HOOKS);
    let source = ErrorSource { organization_slug: organization.slug, project, publishes_errors };
    let recorded = context.recorder.record(source, events).await?;
    let accepted = answered.iter_mut().filter(|event| event.refusal.is_none());
    accepted.zip(recorded).for_each(|(event, recorded)| *event = response(recorded));
    Ok(wire::RecordErrorResponse { events: answered })
}

/// An invalid error is refused alone: its neighbours are recorded, and the product can tell which one to repair.
fn refused(error: &Error) -> wire::RecordedEvent {
    let message = error.fields.iter().flat_map(|violation| &violation.messages).next();
    let refusal = wire::ErrorRefusal {
        reason: error.reason.to_string(),
        message: shortened(message.unwrap_or(&error.message)).into_owned(),
    };
    wire::RecordedEvent { refusal: Some(refusal), ..Default::default() }
}

fn response(recorded: Recorded) -> wire::RecordedEvent {
    let Recorded { event_id, issue_id, opened, duplicate } = recorded;
    let event_id = event_id.simple().to_string();
    wire::RecordedEvent { event_id, issue_id, opened, duplicate, refusal: None }
}
