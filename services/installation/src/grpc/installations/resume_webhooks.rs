use patchbay_domain::{AuditEvent, Caller, Error};
use patchbay_proto::installation as proto;

use super::find_installation::find_installation;
use super::webhooks_state::webhooks_state;
use crate::context::Context;
use crate::domain::installation::access::installation_not_found;
use crate::domain::suspension::access;
use crate::outbox::audit;
use crate::store::{installations, versions};

pub(super) async fn resume_webhooks(
    context: &Context,
    caller: &Caller,
    request: proto::ResumeWebhooksRequest,
) -> Result<proto::WebhooksState, Error> {
    let found = find_installation(context, &request.uuid).await?;
    access::may_switch_webhooks(caller, &found)?;
    let mut tx = context.db.begin().await?;
    let version = versions::next(&mut tx).await?;
    let mut installation =
        installations::get(&mut tx, found.uuid).await?.ok_or_else(installation_not_found)?;
    if installation.webhooks_stopped.take().is_some() {
        installations::set_webhooks_stopped(&mut tx, found.uuid, None, version).await?;
        let now = context.clock.now();
        let entry = audit::of_installation(AuditEvent::SentryAppWebhooksResume, &installation, caller, now);
        tx.outbox(entry.into_message()).await?;
        context.commit(tx).await?;
    }
    Ok(webhooks_state(&installation))
}
