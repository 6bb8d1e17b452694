use patchbay_domain::{Caller, Error, Result};
use patchbay_proto::webhook_sender::{
    DeliveryState, DeliveryStatus, ListDeliveriesRequest, ListDeliveriesResponse,
};
use patchbay_rpc::timestamp;
use uuid::Uuid;

use crate::context::Context;
use crate::domain::breaker::Phase;
use crate::domain::delivery::Status;
use crate::store::list_deliveries::{DeliveryRow, list_deliveries as list};

pub(super) async fn list_deliveries(
    context: &Context,
    caller: &Caller,
    request: ListDeliveriesRequest,
) -> Result<ListDeliveriesResponse> {
    if !caller.is_internal() {
        return Err(Error::permission_denied());
    }
    let event_id: Uuid =
        request.event_id.parse().map_err(|_| Error::field("event_id", "This is not a UUID."))?;
    let rows = list(&context.db, event_id).await?;
    let is_broken = |row: &DeliveryRow| context.slots.of(row.app_id).breaker().phase != Phase::Closed;
    let states = rows.into_iter().map(|row| {
        let is_broken = is_broken(&row);
        to_message(row, is_broken)
    });
    Ok(ListDeliveriesResponse { deliveries: states.collect() })
}

fn to_message(row: DeliveryRow, is_broken: bool) -> DeliveryState {
    let status = match Status::from_number(row.status) {
        // The due time has no meaning while the breaker is open.
        Some(Status::Pending) if is_broken => DeliveryStatus::Held,
        Some(Status::Pending) => DeliveryStatus::Pending,
        Some(Status::Delivered) => DeliveryStatus::Delivered,
        Some(Status::Dead) => DeliveryStatus::Dead,
        Some(Status::Held) => DeliveryStatus::Held,
        Some(Status::Dropped) | None => DeliveryStatus::Dropped,
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
