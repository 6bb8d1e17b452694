//! The events that the service publishes.

use patchbay_bus::{Consumer, Queue};
use patchbay_proto::event_fanout::PublishRequest;
use prost::Message;
use serde_json::Value;

use crate::service::Service;

/// Reads published events in order.
pub(crate) struct Published(Consumer);

impl Published {
    pub(crate) fn by(tracker: &Service) -> Self {
        Self(tracker.bus.consume(Queue::EventFanout, 100))
    }

    /// The next event: its type, its data, and the whole message.
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
