//! Packs deliveries into messages: many small ones share one, a large one has its own.

use std::ops::Range;

use bytes::Bytes;
use patchbay_domain::ids::delivery_id;
use patchbay_proto::webhook_sender::{Delivery, DeliveryBatch};
use prost::Message;
use uuid::Uuid;

use super::body::body;
use super::decided::Decided;
use super::event::Event;
use super::index::Index;
use super::receiver::Receiver;

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

/// An event and what was decided about it.
#[derive(Clone, Debug)]
pub(crate) struct ToPack<'a> {
    pub(crate) event: &'a Event,
    pub(crate) decisions: &'a [Decided],
    /// Whether it may have been handed over before; a message holds only events of which that is the same.
    pub(crate) replay: bool,
    /// Where in which trace its deliveries belong.
    pub(crate) traceparent: Option<String>,
}

/// Packs the deliveries of `events`, in their order.
pub(crate) fn pack<'a>(index: &Index, events: impl IntoIterator<Item = ToPack<'a>>) -> Packed {
    let mut packer = Packer::default();
    let mut unmatched = 0;
    for (position, to_pack) in events.into_iter().enumerate() {
        let mut matched = false;
        for decided in to_pack.decisions.iter().filter(|decided| decided.is_sent()) {
            packer.add(position, to_pack.replay, delivery(index, &to_pack, decided));
            matched = true;
        }
        unmatched += usize::from(!matched);
    }
    packer.close();
    Packed { packets: packer.packets, unmatched }
}

fn delivery(index: &Index, to_pack: &ToPack<'_>, decided: &Decided) -> Delivery {
    let event = to_pack.event;
    let installation_id = decided.installation_id;
    let subscription = index.get(event.organization_id, installation_id);
    Delivery {
        delivery_id: bytes_of(delivery_id(event.id, installation_id)),
        event_id: bytes_of(event.id),
        installation_id: bytes_of(installation_id),
        app_id: decided.app_id,
        organization_id: event.organization_id,
        resource: event.kind.resource().to_owned(),
        action: event.kind.action().to_owned(),
        body: body(event, &Receiver { installation_id, subscription }),
        accepted_at_micros: event.accepted_at.timestamp_micros(),
        traceparent: to_pack.traceparent.clone().unwrap_or_default(),
        unconditional: decided.unconditional,
        ordering_key: event.ordering_key.clone().unwrap_or_default(),
        sequence: decided.sequence,
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
