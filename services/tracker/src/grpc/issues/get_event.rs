use patchbay_domain::{Caller, Error, Result};
use patchbay_proto::tracker as wire;
use uuid::Uuid;

use super::event;
use crate::domain::day;
use crate::store::events::{self, Of};
use crate::tracker::Tracker;

#[tracing::instrument(name = "tracker.get_event", skip_all)]
pub(super) async fn get_event(
    tracker: &Tracker,
    caller: Caller,
    request: wire::GetEventRequest,
) -> Result<wire::Event> {
    let (organization, project) = (&request.organization, &request.project);
    let of = event::scope(tracker, &caller, request.issue_id, organization, project).await?;
    let found = match (of, request.event_id.as_str()) {
        (Of::Issue(id), "latest" | "recommended") => events::edge(&tracker.db, id, true).await?,
        (Of::Issue(id), "oldest") => events::edge(&tracker.db, id, false).await?,
        (of, text) => match Uuid::try_parse(text) {
            Ok(event_id) => {
                let days = day::kept(tracker.clock.now(), tracker.error_days);
                events::find(&tracker.db, of, event_id, &days).await?
            }
            Err(_) => None,
        },
    };
    let not_found = || Error::not_found("EVENT_NOT_FOUND", "Event not found");
    found.map(|found| event::to_wire(tracker, &found)).ok_or_else(not_found)
}
