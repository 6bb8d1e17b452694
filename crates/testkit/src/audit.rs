//! What a service writes to the audit log.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use patchbay_bus::{Bus, Queue};
use patchbay_proto::tracker::AuditEntry;
use prost::Message;

use crate::eventually;

/// Stands in for the audit log: takes every entry off the bus, in the order in which they come. Start one in each test of a
/// service that writes entries, because an in-process bus holds up an outbox until each message was consumed.
#[derive(Clone, Debug, Default)]
pub struct AuditTrail(Arc<Mutex<Vec<AuditEntry>>>);

impl AuditTrail {
    /// Follows the audit entries on `bus` until it is closed.
    pub fn follow(bus: &Bus) -> Self {
        let trail = Self::default();
        let (entries, mut consumer) = (trail.0.clone(), bus.consume(Queue::Tracker, 100));
        tokio::spawn(async move {
            while let Some(delivery) = consumer.next().await {
                let entry = AuditEntry::decode(delivery.body.clone()).expect("an audit entry");
                entries.lock().unwrap_or_else(PoisonError::into_inner).push(entry);
                delivery.ack();
            }
        });
        trail
    }

    /// What has come so far.
    pub fn entries(&self) -> Vec<AuditEntry> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The entries of these events, in this order and no others among them, as soon as there are so many.
    pub async fn expect(&self, events: &[&str]) -> Vec<AuditEntry> {
        let entries = eventually(Duration::from_secs(10), "the audit entries are there", async || {
            Some(self.entries()).filter(|entries| entries.len() >= events.len())
        })
        .await;
        let told: Vec<_> = entries.iter().map(|entry| entry.event.as_str()).collect();
        assert_eq!(told, events);
        entries
    }
}
