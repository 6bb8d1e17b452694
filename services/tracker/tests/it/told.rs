//! What apps are told.

use patchbay_bus::{Consumer, Queue};
use patchbay_proto::event_fanout::PublishRequest;
use prost::Message;
use serde_json::Value;

use crate::running::Running;

/// Reads what the tracker tells, in order.
pub(crate) struct Told(Consumer);

impl Told {
    pub(crate) fn by(tracker: &Running) -> Self {
        Self(tracker.bus.consume(Queue::EventFanout, 100))
    }

    /// The next event: its type, its data and all of it.
    pub(crate) async fn next(&mut self) -> (String, Value, PublishRequest) {
        let delivery = self.0.next().await.unwrap();
        let event = PublishRequest::decode(delivery.body.clone()).unwrap();
        delivery.ack();
        let data = serde_json::from_slice(&event.data_json).unwrap();
        (format!("{}.{}", event.resource, event.action), data, event)
    }

    /// The types of the next events.
    pub(crate) async fn next_types(&mut self, count: usize) -> Vec<String> {
        let mut types = Vec::new();
        for _ in 0..count {
            types.push(self.next().await.0);
        }
        types
    }
}
