//! `ListDeliveries`: where each delivery of an event stands.

use patchbay_domain::{Caller, Error, Result};
use patchbay_proto::webhook_sender::{
    DeliveryState, DeliveryStatus, ListDeliveriesRequest, ListDeliveriesResponse,
};
use patchbay_rpc::timestamp;
use uuid::Uuid;

use super::webhooks::WebhooksService;
use crate::domain::breaker::Phase;
use crate::store::list_deliveries::{DeliveryRow, list_deliveries as list};

pub(crate) async fn list_deliveries(
    service: &WebhooksService,
    caller: &Caller,
    request: ListDeliveriesRequest,
) -> Result<ListDeliveriesResponse> {
    if !caller.is_internal() {
        return Err(Error::permission_denied());
    }
    let event_id: Uuid =
        request.event_id.parse().map_err(|_| Error::field("event_id", "This is not a UUID."))?;
    let rows = list(&service.db, event_id).await?;
    let is_broken = |row: &DeliveryRow| service.lanes.of(row.app_id).breaker().phase != Phase::Closed;
    let states = rows.into_iter().map(|row| {
        let is_broken = is_broken(&row);
        to_message(row, is_broken)
    });
    Ok(ListDeliveriesResponse { deliveries: states.collect() })
}

fn to_message(row: DeliveryRow, is_broken: bool) -> DeliveryState {
    let status = match row.status {
        // Its due time means nothing while the breaker is open.
        1 if is_broken => DeliveryStatus::Parked,
        1 => DeliveryStatus::Pending,
        2 => DeliveryStatus::Delivered,
        3 => DeliveryStatus::Dead,
        5 => DeliveryStatus::Parked,
        _ => DeliveryStatus::Dropped,
    };
    DeliveryState {
        installation_uuid: row.installation_id.to_string(),
        status: status.into(),
        attempts: row.attempts,
        due_at: row.due_at.map(timestamp::to_wire),
        response_code: row.response_code,
        reason: row.reason.unwrap_or_default(),
    }
}
