//! Records the webhooks of messages that the bus gave up as dead, so that they are seen and can be sent again.

use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::Duration;

use patchbay_bus::{Bus, DeadLetter, DeadReason, Queue};
use patchbay_db::{Db, DbError};
use patchbay_domain::Clock;
use patchbay_proto::webhook_sender::DeliveryBatch;
use patchbay_runtime::{Stop, sleep};
use prost::Message as _;
use uuid::Uuid;

use crate::domain::delivery::{Received, State};
use crate::metrics::SenderMetrics;
use crate::recorder::{Hold, Record};
use crate::store;

const EVERY: Duration = Duration::from_secs(10);
/// Messages that are looked at in one go. As many that cannot be read may lie in front of others.
const BATCH: usize = 250;

/// Works until `stop`.
pub(crate) async fn bury_dead_letters(db: Db, bus: Bus, clock: Clock, metrics: SenderMetrics, stop: Stop) {
    // Messages that stayed the last time, because something in them cannot be read.
    let mut kept = 0;
    loop {
        // A look for nothing counts against a message at the broker.
        if db.ping().await.is_ok() {
            kept = look(&db, &bus, &clock, &metrics, kept).await;
        }
        tokio::select! {
            () = stop.requested() => return,
            () = sleep(&clock, EVERY) => {}
        }
    }
}

/// Looks at the dead letters if there are more than `kept`. Returns how many need no other look.
async fn look(db: &Db, bus: &Bus, clock: &Clock, metrics: &SenderMetrics, kept: usize) -> usize {
    let has_failed = AtomicBool::new(false);
    let settled = bus.settle_dead_letters(Queue::WebhookSender, BATCH, kept, async |letter| {
        bury(db, clock, metrics, letter).await.unwrap_or_else(|error| {
            tracing::warn!(%error, "the webhooks of a dead letter of the bus cannot be recorded");
            has_failed.store(true, Relaxed);
            false
        })
    });
    match settled.await {
        Ok(stayed) if !has_failed.load(Relaxed) => stayed,
        Ok(_) => 0,
        Err(error) => {
            tracing::debug!(%error, "dead letters of the bus cannot be looked at");
            kept
        }
    }
}

/// Records what is not on record yet; whether that was all there is in the message.
async fn bury(db: &Db, clock: &Clock, metrics: &SenderMetrics, letter: DeadLetter) -> Result<bool, DbError> {
    let Ok(batch) = DeliveryBatch::decode(letter.message.body) else { return Ok(false) };
    let all = batch.deliveries.len();
    let mut webhooks: Vec<_> =
        batch.deliveries.into_iter().filter_map(|delivery| Received::try_from(delivery).ok()).collect();
    let is_readable = webhooks.len() == all && all > 0;
    let ids: Vec<Uuid> = webhooks.iter().map(|received| received.delivery.id).collect();
    let known: HashSet<Uuid> = store::recorded::recorded(db, &ids).await?;
    webhooks.retain(|received| !known.contains(&received.delivery.id));
    let reason = match letter.reason {
        DeadReason::DeliveryLimit => "bus_delivery_limit",
        DeadReason::Rejected | DeadReason::Other(_) => "bus_rejected",
    };
    let mut is_recorded = true;
    // One by one: whatever made the message a dead letter may lie in one of them.
    for Received { delivery, .. } in webhooks {
        let state = State::Dead { reason: reason.to_owned() };
        let record = Record { delivery, attempt: None, state, has_row: false, hold: Hold::Nothing };
        match store::record::record(db, &[record], clock.now()).await {
            Ok(()) => metrics.given_up(reason),
            Err(error) if error.is_retryable() => return Err(error),
            Err(error) => {
                tracing::error!(%error, "a webhook of a dead letter of the bus is refused by storage");
                is_recorded = false;
            }
        }
    }
    Ok(is_readable && is_recorded)
}
