use patchbay_domain::{AuditEvent, Caller, Error};
use patchbay_proto::installation as proto;

use super::get_installation::existing;
use super::webhooks_state::webhooks_state;
use crate::audit;
use crate::domain::installation_access::installation_not_found;
use crate::domain::switching;
use crate::registry::Registry;
use crate::store::{installations, versions};

#[tracing::instrument(name = "installation.resume_webhooks", skip_all)]
pub(super) async fn resume_webhooks(
    registry: &Registry,
    caller: &Caller,
    request: proto::ResumeWebhooksRequest,
) -> Result<proto::WebhooksState, Error> {
    let found = existing(registry, &request.uuid).await?;
    switching::may_switch_webhooks(caller, &found)?;
    let mut tx = registry.db.begin().await?;
    let version = versions::next(&mut tx).await?;
    let mut installation =
        installations::get(&mut tx, found.uuid).await?.ok_or_else(installation_not_found)?;
    if installation.webhooks_stopped.take().is_some() {
        installations::set_webhooks_stopped(&mut tx, found.uuid, None, version).await?;
        let now = registry.clock.now();
        let entry = audit::of_installation(AuditEvent::SentryAppWebhooksResume, &installation, caller, now);
        tx.outbox(entry.into_message()).await?;
        registry.commit(tx).await?;
    }
    Ok(webhooks_state(&installation))
}
