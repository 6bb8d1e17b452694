use patchbay_bus::{DeadLetter, DeadReason, Queue};
use patchbay_domain::{Caller, Error, Result};
use patchbay_proto::webhook_sender::{
    DeliveryBatch, ListPoisonMessagesRequest, ListPoisonMessagesResponse, PoisonMessage,
};
use prost::Message as _;
use uuid::Uuid;

use super::page::page_size;
use crate::context::Context;

pub(super) async fn list_poison_messages(
    context: &Context,
    caller: &Caller,
    request: ListPoisonMessagesRequest,
) -> Result<ListPoisonMessagesResponse> {
    if !caller.is_internal() {
        return Err(Error::permission_denied());
    }
    let limit = usize::try_from(page_size(request.limit)?).unwrap_or_default();
    let unavailable = |error| {
        tracing::warn!(%error, "dead letters of the bus could not be read; the request fails");
        Error::unavailable("BUS_UNAVAILABLE", "The bus cannot be reached right now.")
    };
    let letters = context.bus.dead_letters(Queue::WebhookSender, limit).await.map_err(unavailable)?;
    Ok(ListPoisonMessagesResponse { messages: letters.into_iter().map(to_message).collect() })
}

fn to_message(letter: DeadLetter) -> PoisonMessage {
    let batch = DeliveryBatch::decode(letter.message.body.clone()).unwrap_or_default();
    let ids = batch.deliveries.iter().filter_map(|one| Uuid::from_slice(&one.delivery_id).ok());
    PoisonMessage {
        reason: match letter.reason {
            DeadReason::Rejected => "rejected".to_owned(),
            DeadReason::DeliveryLimit => "delivery_limit".to_owned(),
            DeadReason::Other(reason) => reason,
        },
        bytes: i64::try_from(letter.message.body.len()).unwrap_or(i64::MAX),
        delivery_ids: ids.map(|id| id.to_string()).collect(),
    }
}
