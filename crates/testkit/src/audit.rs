//! The audit entries that a service writes.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use patchbay_bus::{Bus, Queue};
use patchbay_proto::tracker::AuditEntry;
use prost::Message;

use crate::eventually;

/// A consumer of audit entries in place of the tracker, in order of arrival. Start one in each test of a
/// service that writes entries, because an in-process bus holds the outbox up until each message is consumed.
#[derive(Clone, Debug, Default)]
pub struct AuditTrail(Arc<Mutex<Vec<AuditEntry>>>);

impl AuditTrail {
    /// Consumes the audit entries on `bus` until it is closed.
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

    /// The entries so far.
    pub fn entries(&self) -> Vec<AuditEntry> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Waits until there are this many entries of these events, and returns them in order.
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
