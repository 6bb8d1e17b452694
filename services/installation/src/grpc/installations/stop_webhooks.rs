use patchbay_domain::{AuditEvent, Caller, Error};
use patchbay_proto::installation as proto;

use super::find_installation::find_installation;
use super::webhooks_state::webhooks_state;
use crate::context::Context;
use crate::domain::installation::access::installation_not_found;
use crate::domain::mail::webhooks_stopped;
use crate::domain::suspension;
use crate::domain::suspension::Suspension;
use crate::domain::suspension::access;
use crate::outbox::audit;
use crate::store::{installations, versions};

/// Stopping webhooks that are stopped changes neither cause nor time, and sends no mail.
pub(super) async fn stop_webhooks(
    context: &Context,
    caller: &Caller,
    request: proto::StopWebhooksRequest,
) -> Result<proto::WebhooksState, Error> {
    let found = find_installation(context, &request.uuid).await?;
    access::may_switch_webhooks(caller, &found)?;
    if found.webhooks_stopped.is_some() {
        return Ok(webhooks_state(&found));
    }
    let owners = context.directory.owners(found.app.owner.id).await?;
    let now = context.clock.now();
    let cause = suspension::cause(&request.reason, "No reason was given.");

    let mut tx = context.db.begin().await?;
    let version = versions::next(&mut tx).await?;
    let mut installation =
        installations::get(&mut tx, found.uuid).await?.ok_or_else(installation_not_found)?;
    if installation.webhooks_stopped.is_none() {
        let stopped = Suspension { since: now, cause };
        installations::set_webhooks_stopped(&mut tx, found.uuid, Some(&stopped), version).await?;
        let entry = audit::of_installation(AuditEvent::SentryAppWebhooksStop, &installation, caller, now);
        tx.outbox(entry.detail("reason", stopped.cause.as_str()).into_message()).await?;
        let event_id = suspension::cause(&request.event_id, "");
        let base_url = context.mail.base_url();
        let mails = webhooks_stopped(&installation, &owners, &stopped.cause, &event_id, base_url);
        context.mail.add(&mut tx, mails).await?;
        context.commit_and_send_mail(tx).await?;
        installation.webhooks_stopped = Some(stopped);
    }
    Ok(webhooks_state(&installation))
}
