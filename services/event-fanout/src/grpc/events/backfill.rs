use std::collections::HashMap;

use patchbay_domain::ids::delivery_id;
use patchbay_domain::{Caller, Error, Result};
use patchbay_proto::event_fanout::{BackfillRequest, BackfillResponse, SequencedEvent};
use patchbay_rpc::timestamp::to_wire;
use uuid::Uuid;

use crate::context::Context;
use crate::domain::access::may_backfill;
use crate::domain::body::body;
use crate::domain::event::Event;
use crate::domain::receiver::Receiver;
use crate::store::{self, Numbered};

const LARGEST_PAGE: usize = 100;
/// Bytes of data on a page; a single event may have more.
const MAX_PAGE_BYTES: i64 = 4 * 1024 * 1024;

pub(super) async fn backfill(
    context: &Context,
    caller: &Caller,
    request: BackfillRequest,
) -> Result<BackfillResponse> {
    let installation_id = installation(context, caller, &request.installation_uuid)?;
    let limit = match usize::try_from(request.limit) {
        Ok(limit @ 1..=LARGEST_PAGE) => limit,
        _ => LARGEST_PAGE,
    };
    let after = request.after.max(0);
    let found = store::find_sequence(&context.db, installation_id, after, limit).await?;
    let page = page(&found);
    let ids: Vec<Uuid> = page.iter().map(|numbered| numbered.event_id).collect();
    let custom_types = context.catalogue.read().clone();
    let events = store::load_events(&context.db, &custom_types, &ids).await?;
    let mut events: HashMap<Uuid, Event> = events.into_iter().map(|(event, _)| (event.id, event)).collect();
    let newest = store::newest_sequence(&context.db, installation_id).await?;
    let last = page.last().map_or(after, |numbered| numbered.sequence);
    let numbered = page.iter().filter_map(|numbered| {
        let event = events.remove(&numbered.event_id)?;
        Some(sequenced(context, numbered.sequence, installation_id, &event))
    });
    Ok(BackfillResponse {
        events: numbered.collect(),
        has_more: last < newest && !page.is_empty(),
        newest,
        last,
    })
}

/// Reads the installation, and checks that the caller may fetch its events.
fn installation(context: &Context, caller: &Caller, uuid: &str) -> Result<Uuid> {
    let not_found =
        || Error::not_found("INSTALLATION_NOT_FOUND", "Could not find given sentry app installation");
    let installation_id = Uuid::try_parse(uuid).map_err(|_| not_found())?;
    if caller.is_internal() {
        return Ok(installation_id);
    }
    let organization_id =
        context.subscriptions.read().organization_of(installation_id).ok_or_else(not_found)?;
    match may_backfill(caller, organization_id, installation_id) {
        true => Ok(installation_id),
        false => Err(not_found()),
    }
}

fn sequenced(context: &Context, sequence: i64, installation_id: Uuid, event: &Event) -> SequencedEvent {
    let index = context.subscriptions.read();
    let subscription = index.get(event.organization_id, installation_id);
    SequencedEvent {
        sequence,
        event_id: event.id.to_string(),
        delivery_id: delivery_id(event.id, installation_id).to_string(),
        event_type: event.kind.name(),
        accepted_at: Some(to_wire(event.accepted_at)),
        body: body(event, &Receiver { installation_id, subscription }),
    }
}

/// The events that fit into a response, at least one.
fn page(found: &[Numbered]) -> &[Numbered] {
    let mut bytes = 0;
    let fits = found.iter().take_while(|numbered| {
        let is_first = bytes == 0;
        // At least 1, so that an event without data can be the first one.
        bytes += numbered.bytes.unwrap_or_default().max(1);
        is_first || bytes <= MAX_PAGE_BYTES
    });
    &found[..fits.count()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_bounded_by_its_bytes_and_never_empty() {
        let numbered = |bytes: &[i64]| -> Vec<Numbered> {
            let one = |(bytes, sequence): (&i64, i64)| Numbered {
                sequence,
                event_id: Uuid::nil(),
                bytes: Some(*bytes),
            };
            bytes.iter().zip(1..).map(one).collect()
        };
        let half = MAX_PAGE_BYTES / 2;
        let cases: [(&[i64], usize); 5] = [
            (&[], 0),
            (&[1, 2, 3], 3),
            (&[half, half, 1], 2),
            (&[MAX_PAGE_BYTES + 1, 1], 1),
            (&[0, MAX_PAGE_BYTES, 1], 1),
        ];
        for (bytes, expected) in cases {
            assert_eq!(page(&numbered(bytes)).len(), expected, "{bytes:?}");
        }
    }
}
