//! Messages of `patchbay.deliveries`.

use std::collections::HashSet;
use std::sync::Arc;

use patchbay_bus::{Bus, Queue, Receipt};
use patchbay_db::Db;
use patchbay_proto::webhook_sender::DeliveryBatch;
use patchbay_runtime::Stop;
use prost::Message as _;
use tokio::sync::Semaphore;
use uuid::Uuid;

use crate::deliver::Deliverer;
use crate::domain::delivery::Delivery;
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
    /// Webhooks that may be under way at once.
    pub window: u32,
    pub stop: Stop,
}

/// Why a message is not worked on.
#[derive(Debug)]
enum Unfit {
    Malformed(String),
    /// It has to be looked up and storage fails.
    Storage(patchbay_db::DbError),
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
                Ok(deliveries) => self.begin(deliveries, receipt, &room).await,
                Err(Unfit::Malformed(problem)) => {
                    tracing::error!(
                        problem,
                        "a message of deliveries cannot be read; it becomes a dead letter"
                    );
                    self.deliverer.metrics.malformed.inc();
                    receipt.settle(patchbay_bus::Outcome::Reject);
                }
                Err(Unfit::Storage(error)) => {
                    tracing::warn!(%error, "deliveries cannot be looked up; their message is put back");
                    self.storage.failed();
                    // A message with one webhook that was not recorded.
                    drop(Message::new(receipt, 1));
                }
            }
        }
        drop(room.acquire_many(self.window).await);
    }

    /// The webhooks of a message that are not on record yet.
    async fn unpack(&self, body: &bytes::Bytes, redelivered: bool) -> Result<Vec<Delivery>, Unfit> {
        let batch =
            DeliveryBatch::decode(body.clone()).map_err(|error| Unfit::Malformed(error.to_string()))?;
        let deliveries: Result<Vec<Delivery>, _> =
            batch.deliveries.into_iter().map(Delivery::try_from).collect();
        let mut deliveries = deliveries.map_err(|malformed| Unfit::Malformed(malformed.to_string()))?;
        self.deliverer.metrics.received.inc_by(deliveries.len() as u64);
        if batch.replay || redelivered {
            let known: HashSet<Uuid> =
                store::recorded::recorded(&self.db, &deliveries).await.map_err(Unfit::Storage)?;
            self.deliverer.metrics.repeated.inc_by(known.len() as u64);
            deliveries.retain(|delivery| !known.contains(&delivery.id));
        }
        Ok(deliveries)
    }

    /// Waits for room for each webhook; what is under way makes it, in bounded time.
    async fn begin(&self, deliveries: Vec<Delivery>, receipt: Receipt, room: &Arc<Semaphore>) {
        let message = Message::new(receipt, deliveries.len());
        for delivery in deliveries {
            let Ok(permit) = room.clone().acquire_owned().await else { return };
            let room = Room::new(permit, self.deliverer.metrics.window_used.clone());
            let hold = Hold::Message(message.ticket(room));
            let deliverer = self.deliverer.clone();
            if deliverer.goes_in_order(&delivery) {
                // Not in a task of its own: nothing may get ahead of it on its way to storage.
                deliverer.store(delivery, hold).await;
                continue;
            }
            tokio::spawn(async move { deliverer.deliver(delivery, hold).await });
        }
    }
}
