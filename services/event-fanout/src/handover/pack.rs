//! Packs deliveries into messages: many small ones share one, a large one has its own.
//!
//! Messages are built one at a time, so memory does not grow with the number of receivers.

use bytes::Bytes;
use patchbay_domain::ids::delivery_id;
use patchbay_proto::webhook_sender::{Delivery, DeliveryBatch};
use prost::Message;
use uuid::Uuid;

use crate::domain::body::body;
use crate::domain::decision::Decision;
use crate::domain::event::Event;
use crate::domain::index::Index;
use crate::domain::receiver::Receiver;

const MAX_DELIVERIES: usize = 256;
const MAX_BODY_BYTES: usize = 256 * 1024;

/// A message to publish.
#[derive(Clone, Debug)]
pub(crate) struct Packet<E> {
    /// The encoded [`DeliveryBatch`].
    pub(crate) body: Bytes,
    pub(crate) deliveries: usize,
    /// The events it has deliveries of.
    pub(crate) events: Vec<E>,
}

/// Gathers deliveries until they fill a message. `E` identifies an event.
#[derive(Debug)]
pub(crate) struct Packer<E> {
    batch: DeliveryBatch,
    body_bytes: usize,
    events: Vec<E>,
}

impl<E> Default for Packer<E> {
    fn default() -> Self {
        Self { batch: DeliveryBatch::default(), body_bytes: 0, events: Vec::new() }
    }
}

impl<E: Clone + PartialEq> Packer<E> {
    /// Adds a delivery of `event`. Returns the previous message if the delivery does not fit into it.
    ///
    /// `replay` is true if the event may have been handed over before. All events of a message have the same value.
    pub(crate) fn add(&mut self, event: &E, replay: bool, delivery: Delivery) -> Option<Packet<E>> {
        let is_full = self.batch.deliveries.len() == MAX_DELIVERIES
            || self.body_bytes + delivery.body.len() > MAX_BODY_BYTES
            || self.batch.replay != replay;
        let full = if is_full { self.take() } else { None };
        self.batch.replay = replay;
        self.body_bytes += delivery.body.len();
        self.batch.deliveries.push(delivery);
        if self.events.last() != Some(event) {
            self.events.push(event.clone());
        }
        full
    }

    /// The message so far, if it has any deliveries.
    pub(crate) fn take(&mut self) -> Option<Packet<E>> {
        if self.batch.deliveries.is_empty() {
            return None;
        }
        let packet = Packet {
            body: self.batch.encode_to_vec().into(),
            deliveries: self.batch.deliveries.len(),
            events: std::mem::take(&mut self.events),
        };
        self.batch.deliveries.clear();
        self.body_bytes = 0;
        Some(packet)
    }
}

/// The delivery of `event` by `decision`.
pub(crate) fn delivery(
    index: &Index,
    event: &Event,
    decision: &Decision,
    traceparent: Option<&str>,
) -> Delivery {
    let installation_id = decision.installation_id;
    let subscription = index.get(event.organization_id, installation_id);
    Delivery {
        delivery_id: bytes_of(delivery_id(event.id, installation_id)),
        event_id: bytes_of(event.id),
        installation_id: bytes_of(installation_id),
        app_id: decision.app_id,
        organization_id: event.organization_id,
        resource: event.kind.resource().to_owned(),
        action: event.kind.action().to_owned(),
        body: body(event, &Receiver { installation_id, subscription }),
        accepted_at_micros: event.accepted_at.timestamp_micros(),
        traceparent: traceparent.unwrap_or_default().to_owned(),
        unconditional: decision.unconditional,
        ordering_key: event.ordering_key.clone().unwrap_or_default(),
        sequence: decision.sequence,
    }
}

fn bytes_of(id: Uuid) -> Bytes {
    Bytes::copy_from_slice(id.as_bytes())
}

#[cfg(test)]
#[path = "pack_tests.rs"]
mod tests;
