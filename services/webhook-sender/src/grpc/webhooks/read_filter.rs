use patchbay_domain::Result;
use patchbay_proto::webhook_sender::DeadLetterFilter;

use super::event_filter::event_filter;
use super::page::{time, uuid};
use crate::context::Context;
use crate::store::dead_letters::DeadFilter;

/// Reads the filter of a list or of a recovery.
pub(super) async fn read_filter(context: &Context, filter: Option<DeadLetterFilter>) -> Result<DeadFilter> {
    let Some(filter) = filter else { return Ok(DeadFilter::default()) };
    Ok(DeadFilter {
        event: event_filter(context, &filter.event_type).await?,
        installation_id: uuid("installation_uuid", &filter.installation_uuid)?,
        reason: Some(filter.reason).filter(|reason| !reason.is_empty() && !reason.contains('\0')),
        start: time("start", filter.start)?,
        end: time("end", filter.end)?,
    })
}
