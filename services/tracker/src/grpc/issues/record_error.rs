use futures::{Stream, StreamExt};
use patchbay_domain::{Caller, Error, Result, feature};
use patchbay_proto::tracker as wire;
use patchbay_rpc::status;
use tonic::{Status, Streaming};
use uuid::Uuid;

use crate::domain::access;
use crate::domain::error_event::ErrorEvent;
use crate::domain::project::not_found;
use crate::grpc::named;
use crate::record::{Place, Recorded};
use crate::tracker::Tracker;

const MAX_EVENTS: usize = 1000;
/// Requests of one stream that are on their way at once: while one is committed, the next are gathered.
const AHEAD: usize = 8;

#[tracing::instrument(name = "tracker.record_error", skip_all)]
pub(super) async fn record_error(
    tracker: &Tracker,
    caller: Caller,
    request: wire::RecordErrorRequest,
) -> Result<wire::RecordErrorResponse> {
    access::internal(&caller)?;
    if request.events.len() > MAX_EVENTS {
        return Err(Error::invalid("BATCH_TOO_LARGE", format!("A batch holds at most {MAX_EVENTS} errors.")));
    }
    let db = &tracker.db;
    let organization = named::organization(db, &request.organization).await?.ok_or_else(not_found)?;
    let project = named::project(db, organization.id, &request.project).await?.ok_or_else(not_found)?;
    let now = tracker.clock.now();
    let mut events = Vec::with_capacity(request.events.len());
    for (position, event) in request.events.iter().enumerate() {
        let read = ErrorEvent::read(&event.event_json, project.id, Uuid::new_v4(), now);
        events.push(read.map_err(|error| at(position, error))?);
    }
    if events.is_empty() {
        return Ok(wire::RecordErrorResponse::default());
    }
    let tells_apps = organization.features.iter().any(|name| name == feature::EVENT_HOOKS);
    let place = Place { organization_slug: organization.slug, project, tells_apps };
    let recorded = tracker.recorder.record(place, events).await?;
    Ok(wire::RecordErrorResponse { events: recorded.into_iter().map(to_wire).collect() })
}

pub(super) fn stream_errors(
    tracker: Tracker,
    caller: Caller,
    requests: Streaming<wire::RecordErrorRequest>,
) -> impl Stream<Item = Result<wire::RecordErrorResponse, Status>> + Send {
    requests
        .map(move |request| {
            let (tracker, caller) = (tracker.clone(), caller.clone());
            async move { record_error(&tracker, caller, request?).await.map_err(status::from_error) }
        })
        .buffered(AHEAD)
        // The first that is wrong ends the stream.
        .scan(false, |ended, answer| {
            let item = (!*ended).then_some(answer);
            *ended |= matches!(item, Some(Err(_)));
            std::future::ready(item)
        })
}

/// Says which error of the batch is meant.
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
