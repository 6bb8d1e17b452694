use patchbay_domain::{Caller, Error, Result};
use patchbay_proto::webhook_sender::{ResendRequest, ResendResponse};
use uuid::Uuid;

use super::find_app::resendable;
use super::resend_entry::resend_entry;
use crate::context::Context;
use crate::store::resend::{find, resend as store};

pub(super) async fn resend(
    context: &Context,
    caller: &Caller,
    request: ResendRequest,
) -> Result<ResendResponse> {
    let missing = || Error::not_found("DELIVERY_NOT_FOUND", "There is no such delivery.");
    let id: Uuid = request.delivery_id.parse().map_err(|_| missing())?;
    let found = find(&context.db, id).await?.ok_or_else(missing)?;
    // Checked before anything about the webhook is revealed.
    let endpoint = resendable(context, caller, &found.app_id.to_string())?;
    let now = context.clock.now();
    let mut tx = context.db.begin().await?;
    store(&mut tx, id, now).await?;
    let entry = resend_entry(&endpoint, caller, now)
        .detail("delivery", id.to_string())
        .detail("event", format!("{}.{}", found.resource, found.action));
    tx.outbox(entry.into_message()).await?;
    tx.commit().await?;
    context.db.outbox_notify();
    context.due.now();
    Ok(ResendResponse {})
}
