use patchbay_domain::{Caller, Error, Result};
use patchbay_proto::tracker as wire;
use uuid::Uuid;

use super::event;
use crate::context::Context;
use crate::domain::error::day;
use crate::store::events::{self, EventsOf};

pub(super) async fn get_event(
    context: &Context,
    caller: &Caller,
    request: wire::GetEventRequest,
) -> Result<wire::Event> {
    let (organization, project) = (&request.organization, &request.project);
    let of = event::scope(context, caller, request.issue_id, organization, project).await?;
    let found = match (of, request.event_id.as_str()) {
        (EventsOf::Issue(id), "latest" | "recommended") => events::edge(&context.db, id, true).await?,
        (EventsOf::Issue(id), "oldest") => events::edge(&context.db, id, false).await?,
        (of, text) => match Uuid::try_parse(text) {
            Ok(event_id) => {
                let days = day::kept(context.clock.now(), context.error_days);
                events::find(&context.db, of, event_id, &days).await?
            }
            Err(_) => None,
        },
    };
    let not_found = || Error::not_found("EVENT_NOT_FOUND", "Event not found");
    found.map(|found| event::to_wire(context, &found)).ok_or_else(not_found)
}
