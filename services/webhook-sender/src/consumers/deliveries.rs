//! Messages of `patchbay.deliveries`.

use std::collections::HashSet;
use std::sync::Arc;

use patchbay_bus::{Bus, Queue, Receipt};
use patchbay_db::{Db, DbError};
use patchbay_proto::webhook_sender::DeliveryBatch;
use patchbay_runtime::Stop;
use prost::Message as _;
use tokio::sync::Semaphore;
use uuid::Uuid;

use crate::deliver::Deliverer;
use crate::domain::delivery::Received;
use crate::progress::Progress;
use crate::recorder::{Hold, Storage};
use crate::store;
use crate::ticket::{Message, Room};

/// A message of RabbitMQ's is in memory from the moment it is within this window, so messages get less of it than webhooks.
const WEBHOOKS_PER_MESSAGE: usize = 4;

/// Takes messages and has their webhooks delivered.
#[derive(Debug)]
pub(crate) struct Deliveries {
    pub bus: Bus,
    pub db: Db,
    pub deliverer: Arc<Deliverer>,
    pub storage: Arc<Storage>,
    pub progress: Arc<Progress>,
    /// Webhooks that may be under way at once.
    pub window: u32,
    pub stop: Stop,
}

/// What a message holds.
#[derive(Debug, Default)]
struct Unpacked {
    /// Those that are not on record yet.
    webhooks: Vec<Received>,
    /// Whether there is something besides that cannot be read.
    is_unfit: bool,
}

impl Deliveries {
    /// Works until `stop`, then waits for the webhooks that are under way.
    pub(crate) async fn run(self) {
        let room = Arc::new(Semaphore::new(self.window as usize));
        let messages = (self.window as usize / WEBHOOKS_PER_MESSAGE).max(1);
        let mut consumer =
            self.bus.consume(Queue::WebhookSender, u16::try_from(messages).unwrap_or(u16::MAX));
        loop {
            let next = async {
                // Without what is known of the apps each webhook would wait.
                self.deliverer.world.complete().await;
                let message = consumer.next().await;
                // Without storage it would be sent, and sent again. Dropped here by a stop, it goes back.
                self.storage.works().await;
                message
            };
            let received = tokio::select! {
                () = self.stop.requested() => break,
                received = next => received,
            };
            let Some(message) = received else { break };
            let redelivered = message.redelivered;
            let (message, receipt) = message.into_parts();
            match self.unpack(&message.body, redelivered).await {
                Ok(unpacked) => self.begin(unpacked, receipt, &room).await,
                Err(error) => {
                    tracing::warn!(%error, "deliveries cannot be looked up; their message is put back");
                    self.storage.failed();
                    // A message with one webhook that was not recorded.
                    drop(Message::new(receipt, 1));
                }
            }
        }
        drop(room.acquire_many(self.window).await);
    }

    /// Reads a message, and looks its webhooks up where they may be on record. Fails when storage does.
    async fn unpack(&self, body: &bytes::Bytes, redelivered: bool) -> Result<Unpacked, DbError> {
        let mut unpacked = Unpacked::default();
        let mut malformed = |problem: &dyn std::fmt::Display| {
            tracing::error!(%problem, "a message of deliveries cannot be read; it becomes a dead letter");
            unpacked.is_unfit = true;
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
        metrics.malformed.inc_by(u64::from(unpacked.is_unfit));
        metrics.received.inc_by(unpacked.webhooks.len() as u64);
        if batch.replay || redelivered {
            let ids: Vec<Uuid> = unpacked.webhooks.iter().map(|received| received.delivery.id).collect();
            let known: HashSet<Uuid> = store::recorded::recorded(&self.db, &ids).await?;
            metrics.repeated.inc_by(known.len() as u64);
            unpacked.webhooks.retain(|received| !known.contains(&received.delivery.id));
        }
        Ok(unpacked)
    }

    /// Waits for room for each webhook; what is under way makes it, in bounded time.
    async fn begin(&self, unpacked: Unpacked, receipt: Receipt, room: &Arc<Semaphore>) {
        let Unpacked { webhooks, is_unfit } = unpacked;
        let message = Message::with(receipt, webhooks.len(), is_unfit);
        for Received { delivery, unfit } in webhooks {
            let Ok(permit) = room.clone().acquire_owned().await else { return };
            let used = &self.deliverer.metrics.window_used;
            if used.get() == 0 {
                self.progress.bus.moved();
            }
            let hold = Hold::Message(message.ticket(Room::new(permit, used.clone())));
            let deliverer = self.deliverer.clone();
            if let Some(field) = unfit {
                deliverer.refuse(delivery, hold, field).await;
            } else if deliverer.goes_in_order(&delivery) {
                // Not in a task of its own: nothing may get ahead of it on its way to storage.
                deliverer.store(delivery, hold).await;
            } else {
                tokio::spawn(async move { deliverer.deliver(delivery, hold).await });
            }
        }
    }
}
