//! Publishes the deliveries of accepted events, in the order of acceptance.

use patchbay_bus::{Bus, BusError, Message, Topic};
use patchbay_runtime::Stop;
use tokio::sync::mpsc;

use crate::Config;
use crate::accept::Memory;
use crate::handover::handed::{Handed, HandedEvent, Published, Sent};
use crate::handover::pack::{Packer, Packet, delivery};
use crate::handover::ready::Ready;
use crate::metrics::FanoutMetrics;
use crate::subscriptions::Subscriptions;

/// Events that may share a message.
const GROUP: usize = 256;
/// The smallest memory for deliveries: room for a few of the largest messages.
const LEAST_MEMORY: usize = 4 * 1024 * 1024;

pub(crate) struct HandOver {
    queue: mpsc::Receiver<Ready>,
    subscriptions: Subscriptions,
    bus: Bus,
    /// Bounds the messages that are published and not confirmed.
    memory: Memory,
    handed: mpsc::Sender<Handed>,
    metrics: FanoutMetrics,
}

/// The worker that settles has ended, or a stop was requested.
struct Ended;

/// Events that were taken from the queue together, while they are published.
#[derive(Default)]
struct Group {
    packer: Packer<HandedEvent>,
    /// Events whose deliveries are all in messages, and that the settle worker has not received yet.
    packed: Vec<HandedEvent>,
    bus_is_away: bool,
}

impl HandOver {
    pub(crate) fn new(
        queue: mpsc::Receiver<Ready>,
        config: &Config,
        subscriptions: Subscriptions,
        bus: Bus,
        handed: mpsc::Sender<Handed>,
        metrics: FanoutMetrics,
    ) -> Self {
        let memory = Memory::of_bytes(config.delivery_memory.as_usize().max(LEAST_MEMORY));
        Self { queue, subscriptions, bus, memory, handed, metrics }
    }

    /// Runs until a stop is requested. Events that wait then are durable and are handed over after the next start.
    pub(crate) async fn run(mut self, stop: Stop) {
        tokio::select! {
            () = self.subscriptions.ready() => {}
            () = stop.requested() => return,
        }
        let mut events = Vec::with_capacity(GROUP);
        loop {
            tokio::select! {
                biased;
                () = stop.requested() => return,
                count = self.queue.recv_many(&mut events, GROUP) => if count == 0 { return },
            }
            tokio::select! {
                handed = self.hand_over(&mut events) => if handed.is_err() { return },
                () = stop.requested() => return,
            }
        }
    }

    /// Builds and publishes one message after the other. Each is settled on its own, so its memory comes back while later
    /// ones still wait for memory.
    async fn hand_over(&self, events: &mut Vec<Ready>) -> Result<(), Ended> {
        let mut group = Group::default();
        for ready in events.drain(..) {
            let event = HandedEvent::of(ready.group_id);
            let traceparent = ready.traceparent();
            let mut matched = false;
            for decided in ready.decisions.iter().filter(|decided| decided.is_sent()) {
                matched = true;
                // Further messages of the group would wait just as long to fail.
                if group.bus_is_away {
                    event.fail();
                    break;
                }
                let delivery =
                    delivery(&self.subscriptions.read(), &ready.event, decided, traceparent.as_deref());
                if let Some(full) = group.packer.add(&event, ready.replay, delivery) {
                    self.publish(full, &mut group).await?;
                }
            }
            self.metrics.matched_none.inc_by(u64::from(!matched));
            group.packed.push(event);
        }
        match group.packer.take() {
            Some(last) => self.publish(last, &mut group).await,
            None => self.pass_on(Handed { packed: group.packed, sent: None }).await,
        }
    }

    async fn publish(&self, packet: Packet<HandedEvent>, group: &mut Group) -> Result<(), Ended> {
        let Packet { body, deliveries, events } = packet;
        let published = match group.bus_is_away {
            true => Err(BusError::Unavailable("an earlier message could not be published".into())),
            false => self.send(body).await,
        };
        let mut packed = std::mem::take(&mut group.packed);
        let sent = match published {
            Ok(published) => {
                self.metrics.handed_over.inc_by(deliveries as u64);
                Some(Sent { events, published })
            }
            Err(error) => {
                if !group.bus_is_away {
                    tracing::warn!(%error, "deliveries could not be published; they will be handed over again");
                }
                group.bus_is_away |= !matches!(error, BusError::Invalid(_));
                self.metrics.hand_over_failures.inc();
                events.iter().for_each(HandedEvent::fail);
                packed.extend(events);
                None
            }
        };
        self.pass_on(Handed { packed, sent }).await
    }

    async fn send(&self, body: bytes::Bytes) -> Result<Published, BusError> {
        let memory = self.memory.take(u32::try_from(body.len() / 1024 + 1).unwrap_or(u32::MAX)).await;
        let confirm = self.bus.publish(Topic::Deliveries, Message::new("deliveries", body)).await?;
        Ok(Published::new(confirm, memory))
    }

    async fn pass_on(&self, handed: Handed) -> Result<(), Ended> {
        self.handed.send(handed).await.map_err(|_| Ended)
    }
}
