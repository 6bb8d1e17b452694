//! Packs deliveries into messages: many small ones share one, a large one has its own.

use std::ops::Range;

use bytes::Bytes;
use patchbay_domain::ids::delivery_id;
use patchbay_proto::webhook_sender::{Delivery, DeliveryBatch};
use prost::Message;
use uuid::Uuid;

use super::body::body;
use super::event::Event;
use super::index::Index;
use super::receivers::{Receiver, receivers};

const MAX_DELIVERIES: usize = 256;
const MAX_BODY_BYTES: usize = 256 * 1024;

/// What there is to publish for some events.
#[derive(Clone, Debug, Default)]
pub(crate) struct Packed {
    pub(crate) packets: Vec<Packet>,
    /// How many of the events nobody gets.
    pub(crate) unmatched: usize,
}

/// A message to publish.
#[derive(Clone, Debug)]
pub(crate) struct Packet {
    /// The encoded [`DeliveryBatch`].
    pub(crate) body: Bytes,
    pub(crate) deliveries: usize,
    /// Which of the packed events it has deliveries of.
    pub(crate) events: Range<usize>,
}

/// Packs the deliveries of `events`, in their order. The flag beside an event says whether it may have been
/// handed over before; a message holds only events of which that is the same.
pub(crate) fn pack<'a>(index: &Index, events: impl IntoIterator<Item = (&'a Event, bool)>) -> Packed {
    let mut packer = Packer::default();
    let mut unmatched = 0;
    for (position, (event, replay)) in events.into_iter().enumerate() {
        let mut matched = false;
        for receiver in receivers(index, event) {
            packer.add(position, replay, delivery(event, &receiver));
            matched = true;
        }
        unmatched += usize::from(!matched);
    }
    packer.close();
    Packed { packets: packer.packets, unmatched }
}

fn delivery(event: &Event, receiver: &Receiver<'_>) -> Delivery {
    let event_type = event.kind.event_type();
    Delivery {
        delivery_id: bytes_of(delivery_id(event.id, receiver.installation_id)),
        event_id: bytes_of(event.id),
        installation_id: bytes_of(receiver.installation_id),
        app_id: receiver.app_id,
        organization_id: event.organization_id,
        resource: event_type.resource.to_owned(),
        action: event_type.action.to_owned(),
        body: body(event, receiver),
        accepted_at_micros: event.accepted_at.timestamp_micros(),
        traceparent: event.traceparent.clone().unwrap_or_default(),
        unconditional: receiver.unconditional,
        ordering_key: String::new(),
        sequence: 0,
    }
}

fn bytes_of(id: Uuid) -> Bytes {
    Bytes::copy_from_slice(id.as_bytes())
}

#[derive(Default)]
struct Packer {
    packets: Vec<Packet>,
    batch: DeliveryBatch,
    body_bytes: usize,
    events: Range<usize>,
}

impl Packer {
    fn add(&mut self, position: usize, replay: bool, delivery: Delivery) {
        let full = self.batch.deliveries.len() == MAX_DELIVERIES
            || self.body_bytes + delivery.body.len() > MAX_BODY_BYTES
            || self.batch.replay != replay;
        if full {
            self.close();
        }
        if self.batch.deliveries.is_empty() {
            self.events.start = position;
        }
        self.events.end = position + 1;
        self.batch.replay = replay;
        self.body_bytes += delivery.body.len();
        self.batch.deliveries.push(delivery);
    }

    fn close(&mut self) {
        if self.batch.deliveries.is_empty() {
            return;
        }
        self.packets.push(Packet {
            body: self.batch.encode_to_vec().into(),
            deliveries: self.batch.deliveries.len(),
            events: self.events.clone(),
        });
        self.batch.deliveries.clear();
        self.body_bytes = 0;
    }
}

#[cfg(test)]
#[path = "pack_tests.rs"]
mod tests;
