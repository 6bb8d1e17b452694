//! Consumes `patchbay.deliveries`.

use std::collections::HashSet;
use std::sync::Arc;

use patchbay_bus::{Queue, Receipt};
use patchbay_db::DbError;
use patchbay_proto::webhook_sender::DeliveryBatch;
use prost::Message as _;
use tokio::sync::Semaphore;
use uuid::Uuid;

use super::received::Received;
use crate::context::Context;
use crate::recording::acks::{BatchAck, WindowPermit};
use crate::recording::origin::Origin;
use crate::recording::storage::Storage;
use crate::sending::deliver::Deliverer;
use crate::store;

/// RabbitMQ delivers a message as soon as the prefetch window has room, and the message takes memory from then on. So fewer messages
/// than webhooks are prefetched.
const WEBHOOKS_PER_MESSAGE: usize = 4;

#[derive(Debug)]
pub(crate) struct Deliveries {
    pub context: Context,
    pub deliverer: Arc<Deliverer>,
    pub storage: Arc<Storage>,
    /// Webhooks that may be in memory at once.
    pub window: u32,
}

#[derive(Debug, Default)]
struct Unpacked {
    /// Webhooks that are not recorded yet.
    webhooks: Vec<Received>,
    /// Whether the message also holds unreadable content.
    is_malformed: bool,
}

impl Deliveries {
    /// Delivers the webhooks of messages until a stop is requested, then waits for the attempts that are running.
    pub(crate) async fn run(self) {
        let window = Arc::new(Semaphore::new(self.window as usize));
        let messages = (self.window as usize / WEBHOOKS_PER_MESSAGE).max(1);
        let mut consumer =
            self.context.bus.consume(Queue::WebhookSender, u16::try_from(messages).unwrap_or(u16::MAX));
        loop {
            let next = async {
                // While the apps are not known, each webhook would wait.
                self.context.routing.complete().await;
                let message = consumer.next().await;
                // While nothing can be recorded, webhooks would be sent twice. A stop drops the message, which returns it.
                self.storage.works().await;
                message
            };
            let received = tokio::select! {
                () = self.context.stop.requested() => break,
                received = next => received,
            };
            let Some(message) = received else { break };
            let redelivered = message.redelivered;
            let (message, receipt) = message.into_parts();
            match self.unpack(&message.body, redelivered).await {
                Ok(unpacked) => self.begin(unpacked, receipt, &window).await,
                Err(error) => {
                    tracing::warn!(%error, "deliveries could not be looked up; their message returns to the queue");
                    self.storage.query_failed();
                    // One webhook that is never recorded, so that dropping it returns the message after a pause.
                    drop(BatchAck::new(receipt, 1, false));
                }
            }
        }
        drop(window.acquire_many(self.window).await);
    }

    /// Decodes a message, and drops the webhooks that are recorded already if it may have been delivered before.
    async fn unpack(&self, body: &bytes::Bytes, redelivered: bool) -> Result<Unpacked, DbError> {
        let mut unpacked = Unpacked::default();
        let mut malformed = |problem: &dyn std::fmt::Display| {
            tracing::error!(%problem, "a message holds malformed deliveries; it becomes a poison message");
            unpacked.is_malformed = true;
        };
        let batch = DeliveryBatch::decode(body.clone()).unwrap_or_else(|error| {
            malformed(&error);
            DeliveryBatch::default()
        });
        for delivery in batch.deliveries {
            match Received::try_from(delivery) {
                Ok(received) => unpacked.webhooks.push(received),
                Err(error) => malformed(&error),
            }
        }
        let metrics = &self.deliverer.metrics;
        metrics.malformed.inc_by(u64::from(unpacked.is_malformed));
        metrics.received.inc_by(unpacked.webhooks.len() as u64);
        if batch.replay || redelivered {
            let ids: Vec<Uuid> = unpacked.webhooks.iter().map(|received| received.delivery.id).collect();
            let known: HashSet<Uuid> = store::recorded::recorded(&self.context.db, &ids).await?;
            metrics.repeated.inc_by(known.len() as u64);
            unpacked.webhooks.retain(|received| !known.contains(&received.delivery.id));
        }
        Ok(unpacked)
    }

    /// Starts each webhook once the window has room. Running attempts end in bounded time, so the wait is bounded.
    async fn begin(&self, unpacked: Unpacked, receipt: Receipt, window: &Arc<Semaphore>) {
        let Unpacked { webhooks, is_malformed } = unpacked;
        let batch = BatchAck::new(receipt, webhooks.len(), is_malformed);
        for Received { delivery, unfit } in webhooks {
            let Ok(permit) = window.clone().acquire_owned().await else { return };
            let used = &self.deliverer.metrics.window_used;
            if used.get() == 0 {
                self.context.progress.bus.moved();
            }
            let origin = Origin::Message(batch.guard(WindowPermit::new(permit, used.clone())));
            let deliverer = self.deliverer.clone();
            if let Some(field) = unfit {
                deliverer.refuse(delivery, origin, field).await;
            } else if deliverer.is_ordered(&delivery) {
                // Not in a task of its own, because no later webhook may be stored before this one.
                deliverer.store(delivery, origin).await;
            } else {
                tokio::spawn(async move { deliverer.deliver(delivery, origin).await });
            }
        }
    }
}
