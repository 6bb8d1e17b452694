//! Publishes the deliveries of accepted events, in the order of acceptance.

use std::time::Instant;

use patchbay_bus::{Bus, BusError, Confirm, Message, Topic};
use patchbay_runtime::Stop;
use tokio::sync::mpsc;

use crate::Config;
use crate::accept::Room;
use crate::domain::pack::{Packed, Packet, ToPack, pack};
use crate::metrics::FanoutMetrics;
use crate::ready::Ready;
use crate::subscriptions::Subscriptions;
use crate::workers::settle::{Handed, Sent};

/// Events packed at once: enough to fill messages, few enough to settle soon.
const GROUP: usize = 256;
/// The least memory for deliveries: a few of the largest messages.
const LEAST_MEMORY: usize = 4 * 1024 * 1024;

pub(crate) struct HandOver {
    queue: mpsc::Receiver<Ready>,
    subscriptions: Subscriptions,
    bus: Bus,
    /// Bounds what is published and not confirmed.
    room: Room,
    handed: mpsc::Sender<Handed>,
    metrics: FanoutMetrics,
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
        let room = Room::of_bytes(config.delivery_memory.as_usize().max(LEAST_MEMORY));
        Self { queue, subscriptions, bus, room, handed, metrics }
    }

    /// Works until a stop is requested. What waits then is durable, and handed over after the next start.
    pub(crate) async fn run(mut self, stop: Stop) {
        tokio::select! {
            () = self.subscriptions.ready() => {}
            () = stop.requested() => return,
        }
        let mut group = Vec::with_capacity(GROUP);
        loop {
            tokio::select! {
                biased;
                () = stop.requested() => return,
                count = self.queue.recv_many(&mut group, GROUP) => if count == 0 { return },
            }
            let handed = self.hand_over(&mut group, &stop).await;
            if self.handed.send(handed).await.is_err() {
                return;
            }
        }
    }

    async fn hand_over(&self, group: &mut Vec<Ready>, stop: &Stop) -> Handed {
        let Packed { packets, unmatched } = {
            let index = self.subscriptions.read();
            pack(
                &index,
                group.iter().map(|ready| ToPack {
                    event: &ready.event,
                    decisions: &ready.decisions,
                    replay: ready.replay,
                    traceparent: ready.traceparent(),
                }),
            )
        };
        self.metrics.matched_none.inc_by(unmatched as u64);
        let mut handed =
            Handed { groups: group.iter().map(|ready| ready.group_id).collect(), ..Handed::default() };
        // Gives back the room of the events: their deliveries have their own from now on.
        group.clear();
        let mut bus_is_away = false;
        for Packet { body, deliveries, events } in packets {
            let published = match bus_is_away {
                true => Err(BusError::Unavailable("an earlier message could not be published".into())),
                false => tokio::select! {
                    published = self.publish(body) => published,
                    () = stop.requested() => Err(BusError::Closed),
                },
            };
            match published {
                Ok(sent) => {
                    self.metrics.handed_over.inc_by(deliveries as u64);
                    handed.sent.push((events, sent));
                }
                Err(error) => {
                    // The other messages of the group would wait as long for the same answer.
                    if !bus_is_away && !stop.is_requested() {
                        tracing::warn!(%error, "deliveries could not be published; they will be handed over again");
                    }
                    bus_is_away |= !matches!(error, BusError::Invalid(_));
                    self.metrics.hand_over_failures.inc();
                    handed.failed.push(events);
                }
            }
        }
        handed
    }

    async fn publish(&self, body: bytes::Bytes) -> Result<Sent, BusError> {
        let room = self.room.take(u32::try_from(body.len() / 1024 + 1).unwrap_or(u32::MAX)).await;
        let published = Instant::now();
        let confirm: Confirm = self.bus.publish(Topic::Deliveries, Message::new("deliveries", body)).await?;
        Ok(Sent { confirm, published, room })
    }
}
