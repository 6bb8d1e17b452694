use patchbay_domain::{Caller, Error, Result};
use patchbay_proto::webhook_sender::{DeadLetter, ListDeadLettersRequest, ListDeadLettersResponse};
use patchbay_rpc::timestamp;
use uuid::Uuid;

use super::find_app::readable;
use super::page::page_size;
use super::read_filter::read_filter;
use crate::context::Context;
use crate::store::dead_letters::{DeadRow, list};

pub(super) async fn list_dead_letters(
    context: &Context,
    caller: &Caller,
    request: ListDeadLettersRequest,
) -> Result<ListDeadLettersResponse> {
    let endpoint = readable(context, caller, &request.app)?;
    let filter = read_filter(context, request.filter).await?;
    let before = match request.page.as_str() {
        "" => None,
        page => Some(read_page(page).ok_or_else(|| Error::field("page", "There is no such page."))?),
    };
    let limit = page_size(request.limit)?;
    let mut rows = list(&context.db, endpoint.app_id, &filter, before, limit + 1).await?;
    let has_more = rows.len() as i64 > limit;
    rows.truncate(usize::try_from(limit).unwrap_or_default());
    let last = rows.last().filter(|_| has_more);
    Ok(ListDeadLettersResponse {
        next_page: last.map(|row| format!("{}.{}", row.event_id, row.delivery_id)).unwrap_or_default(),
        dead_letters: rows.into_iter().map(to_message).collect(),
        app_slug: endpoint.app_slug.clone(),
    })
}

fn read_page(page: &str) -> Option<(Uuid, Uuid)> {
    let (event, delivery) = page.split_once('.')?;
    Some((event.parse().ok()?, delivery.parse().ok()?))
}

fn to_message(row: DeadRow) -> DeadLetter {
    DeadLetter {
        delivery_id: row.delivery_id.to_string(),
        event_id: row.event_id.to_string(),
        installation_uuid: row.installation_id.to_string(),
        organization_id: row.organization_id,
        event_type: format!("{}.{}", row.resource, row.action),
        accepted_at: Some(timestamp::to_wire(row.accepted_at)),
        given_up_at: Some(timestamp::to_wire(row.updated_at)),
        attempts: row.attempts,
        response_code: row.response_code,
        reason: row.reason.unwrap_or_default(),
        sequence: row.sequence,
    }
}
