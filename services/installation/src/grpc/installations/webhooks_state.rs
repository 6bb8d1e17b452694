use patchbay_domain::{Caller, Error};
use patchbay_proto::installation as proto;
use patchbay_rpc::timestamp::to_wire;

use super::get_installation::existing;
use crate::domain::installation::Installation;
use crate::domain::switching;
use crate::registry::Registry;

#[tracing::instrument(name = "installation.get_webhooks", skip_all)]
pub(super) async fn get_webhooks(
    registry: &Registry,
    caller: &Caller,
    request: proto::GetWebhooksRequest,
) -> Result<proto::WebhooksState, Error> {
    let installation = existing(registry, &request.uuid).await?;
    switching::may_read_webhooks(caller, &installation)?;
    Ok(webhooks_state(&installation))
}

pub(super) fn webhooks_state(installation: &Installation) -> proto::WebhooksState {
    let suspended = installation.suspended();
    proto::WebhooksState {
        uuid: installation.uuid.to_string(),
        suspended_reason: suspended.map(|(what, _)| what.as_str()).unwrap_or_default().to_owned(),
        cause: suspended.map(|(_, suspension)| suspension.cause.clone()),
        suspended_at: suspended.map(|(_, suspension)| to_wire(suspension.since)),
    }
}
