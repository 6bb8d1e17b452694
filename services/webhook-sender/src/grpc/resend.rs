//! `Resend`: one webhook once more.

use patchbay_audit::Entry;
use patchbay_domain::{AuditEvent, Caller, Error, Result};
use patchbay_proto::webhook_sender::{ResendRequest, ResendResponse};
use uuid::Uuid;

use super::find_app::resendable;
use super::webhooks::WebhooksService;
use crate::store::resend::{find, resend as store};

pub(crate) async fn resend(
    service: &WebhooksService,
    caller: &Caller,
    request: ResendRequest,
) -> Result<ResendResponse> {
    let missing = || Error::not_found("DELIVERY_NOT_FOUND", "There is no such delivery.");
    let id: Uuid = request.delivery_id.parse().map_err(|_| missing())?;
    let found = find(&service.db, id).await?.ok_or_else(missing)?;
    // Whoever may not know of the app does not learn of its webhooks either.
    let endpoint = resendable(service, caller, &found.app_id.to_string())?;
    let now = service.clock.now();
    let mut tx = service.db.begin().await?;
    store(&mut tx, id, now).await?;
    let entry = Entry::new(AuditEvent::SentryAppWebhooksResend, endpoint.owner_organization_id, caller, now)
        .target("sentry-app", endpoint.app_id, endpoint.app_slug.clone())
        .detail("delivery", id.to_string())
        .detail("event", format!("{}.{}", found.resource, found.action));
    tx.outbox(entry.into_message()).await?;
    tx.commit().await?;
    service.db.outbox_notify();
    service.wake.now();
    Ok(ResendResponse {})
}
