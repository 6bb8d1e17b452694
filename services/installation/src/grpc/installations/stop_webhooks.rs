use patchbay_domain::{AuditEvent, Caller, Error};
use patchbay_proto::installation as proto;

use super::get_installation::existing;
use super::webhooks_state::webhooks_state;
use crate::audit;
use crate::domain::installation_access::installation_not_found;
use crate::domain::mail::webhooks_stopped;
use crate::domain::suspension::{self, Suspension};
use crate::domain::switching;
use crate::registry::Registry;
use crate::store::{installations, versions};

/// The first stop counts: who stops again changes neither its cause nor its time, and tells nobody.
#[tracing::instrument(name = "installation.stop_webhooks", skip_all)]
pub(super) async fn stop_webhooks(
    registry: &Registry,
    caller: &Caller,
    request: proto::StopWebhooksRequest,
) -> Result<proto::WebhooksState, Error> {
    let found = existing(registry, &request.uuid).await?;
    switching::may_switch_webhooks(caller, &found)?;
    if found.webhooks_stopped.is_some() {
        return Ok(webhooks_state(&found));
    }
    let owners = registry.directory.owners(found.app.owner.id).await?;
    let now = registry.clock.now();
    let cause = suspension::cause(&request.reason, "Somebody stopped them and did not say why.");

    let mut tx = registry.db.begin().await?;
    let version = versions::next(&mut tx).await?;
    let mut installation =
        installations::get(&mut tx, found.uuid).await?.ok_or_else(installation_not_found)?;
    if installation.webhooks_stopped.is_none() {
        let stopped = Suspension { since: now, cause };
        installations::set_webhooks_stopped(&mut tx, found.uuid, Some(&stopped), version).await?;
        let entry = audit::of_installation(AuditEvent::SentryAppWebhooksStop, &installation, caller, now);
        tx.outbox(entry.detail("reason", stopped.cause.as_str()).into_message()).await?;
        let event_id = suspension::cause(&request.event_id, "");
        let base_url = registry.post.base_url();
        let mails = webhooks_stopped(&installation, &owners, &stopped.cause, &event_id, base_url);
        registry.post.post(&mut tx, mails).await?;
        registry.commit_and_post(tx).await?;
        installation.webhooks_stopped = Some(stopped);
    }
    Ok(webhooks_state(&installation))
}
