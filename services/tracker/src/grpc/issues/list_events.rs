use patchbay_domain::{Caller, Result};
use patchbay_proto::tracker as wire;

use super::event;
use crate::context::Context;
use crate::domain::input::page::Page;
use crate::store::events;

pub(super) async fn list_events(
    context: &Context,
    caller: &Caller,
    request: wire::ListEventsRequest,
) -> Result<wire::ListEventsResponse> {
    let (organization, project) = (&request.organization, &request.project);
    let of = event::scope(context, caller, request.issue_id, organization, project).await?;
    // Errors are large, and a page must fit into one message.
    let page = Page::read(request.offset, request.limit.clamp(0, MOST));
    let (found, has_more) = page.cut(events::list(&context.db, of, page).await?);
    let events = found.iter().map(|found| event::to_wire(context, found)).scan(0, |bytes, event| {
        *bytes += event.document_json.len() + event.detail_json.len();
        Some((*bytes <= MAX_BYTES, event))
    });
    let (mut fitting, mut cut) = (Vec::new(), false);
    for (fits, event) in events {
        if fits || fitting.is_empty() {
            fitting.push(event);
        } else {
            cut = true;
            break;
        }
    }
    Ok(wire::ListEventsResponse { events: fitting, has_more: has_more || cut })
}

const MOST: i32 = 100;
const MAX_BYTES: usize = 3 * 1024 * 1024;
