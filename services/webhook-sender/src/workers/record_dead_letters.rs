use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::Duration;

use patchbay_bus::{DeadLetter, DeadReason, Queue};
use patchbay_db::DbError;
use patchbay_proto::webhook_sender::DeliveryBatch;
use patchbay_runtime::sleep;
use prost::Message as _;
use uuid::Uuid;

use crate::consumers::received::Received;
use crate::context::Context;
use crate::domain::delivery::State;
use crate::recording::origin::Origin;
use crate::recording::record::Record;
use crate::store;

const EVERY: Duration = Duration::from_secs(10);
/// Messages that are read in one round. This many unreadable messages may precede readable ones.
const BATCH: usize = 250;

/// Records the webhooks of messages that the bus dead-lettered, so that they are listed and can be resent, until a stop is
/// requested.
pub(crate) async fn record_dead_letters(context: Context) {
    // Messages that stayed in the last round, because they hold unreadable content.
    let mut kept = 0;
    loop {
        // Each round counts as a delivery of the message at the broker, so a round without a database is wasted.
        if context.db.ping().await.is_ok() {
            kept = settle(&context, kept).await;
        }
        tokio::select! {
            () = context.stop.requested() => return,
            () = sleep(&context.clock, EVERY) => {}
        }
    }
}

/// Reads the dead letters if there are more than `kept`. Returns how many stay.
async fn settle(context: &Context, kept: usize) -> usize {
    let has_failed = AtomicBool::new(false);
    let settled = context.bus.settle_dead_letters(Queue::WebhookSender, BATCH, kept, async |letter| {
        record(context, letter).await.unwrap_or_else(|error| {
            tracing::warn!(%error, "the webhooks of a dead letter of the bus could not be recorded; the next attempt is in 10 s");
            has_failed.store(true, Relaxed);
            false
        })
    });
    match settled.await {
        Ok(stayed) if !has_failed.load(Relaxed) => stayed,
        Ok(_) => 0,
        Err(error) => {
            tracing::debug!(%error, "dead letters of the bus could not be read; the next attempt is in 10 s");
            kept
        }
    }
}

/// Records the webhooks that are not recorded yet. Returns whether the message holds nothing else.
async fn record(context: &Context, letter: DeadLetter) -> Result<bool, DbError> {
    let Ok(batch) = DeliveryBatch::decode(letter.message.body) else { return Ok(false) };
    let all = batch.deliveries.len();
    let mut webhooks: Vec<_> =
        batch.deliveries.into_iter().filter_map(|delivery| Received::try_from(delivery).ok()).collect();
    let is_readable = webhooks.len() == all && all > 0;
    let ids: Vec<Uuid> = webhooks.iter().map(|received| received.delivery.id).collect();
    let known: HashSet<Uuid> = store::recorded::recorded(&context.db, &ids).await?;
    webhooks.retain(|received| !known.contains(&received.delivery.id));
    let reason = match letter.reason {
        DeadReason::DeliveryLimit => "bus_delivery_limit",
        DeadReason::Rejected | DeadReason::Other(_) => "bus_rejected",
    };
    let mut is_recorded = true;
    // One by one, because a single webhook may have made the message a dead letter.
    for Received { delivery, .. } in webhooks {
        let state = State::Dead { reason: reason.to_owned() };
        let record = Record { delivery, attempt: None, state, origin: Origin::Unclaimed };
        match store::record::record(&context.db, &[record], context.clock.now()).await {
            Ok(()) => context.metrics.given_up(reason),
            Err(error) if error.is_retryable() => return Err(error),
            Err(error) => {
                tracing::error!(%error, "the database refused a webhook of a dead letter; the message stays a poison message");
                is_recorded = false;
            }
        }
    }
    Ok(is_readable && is_recorded)
}
