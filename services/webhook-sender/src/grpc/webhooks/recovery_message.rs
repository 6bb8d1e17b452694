use patchbay_proto::webhook_sender::{Recovery as Message, RecoveryStatus as Wire};
use patchbay_rpc::timestamp;

use crate::domain::recovery_status::RecoveryStatus;
use crate::endpoints::endpoint::Endpoint;
use crate::store::recoveries::Recovery;

pub(super) fn recovery_message(recovery: Recovery, endpoint: &Endpoint) -> Message {
    let status = match RecoveryStatus::from_number(recovery.status) {
        Some(RecoveryStatus::Running) => Wire::Running,
        Some(RecoveryStatus::Done) => Wire::Done,
        Some(RecoveryStatus::Cancelled) | None => Wire::Cancelled,
    };
    Message {
        id: recovery.id.to_string(),
        app_slug: endpoint.app_slug.clone(),
        status: status.into(),
        total: recovery.total,
        recovered: recovery.recovered,
        rate_per_second: recovery.rate,
        started_at: Some(timestamp::to_wire(recovery.started_at)),
        ended_at: recovery.ended_at.map(timestamp::to_wire),
    }
}
