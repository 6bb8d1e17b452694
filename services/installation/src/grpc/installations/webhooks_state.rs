use patchbay_proto::installation as proto;
use patchbay_rpc::timestamp::to_wire;

use crate::domain::installation::Installation;

pub(super) fn webhooks_state(installation: &Installation) -> proto::WebhooksState {
    let suspended = installation.suspended();
    proto::WebhooksState {
        uuid: installation.uuid.to_string(),
        suspended_reason: suspended.map(|(suspended, _)| suspended.as_str()).unwrap_or_default().to_owned(),
        cause: suspended.map(|(_, suspension)| suspension.cause.clone()),
        suspended_at: suspended.map(|(_, suspension)| to_wire(suspension.since)),
    }
}
