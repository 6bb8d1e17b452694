//! The changes of issues that a tracker publishes.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use patchbay_bus::{Bus, Queue};
use patchbay_proto::tracker::IssueChange;
use prost::Message;

use crate::eventually;

/// A consumer of changes of issues in place of issue-sync, in order of arrival. Start one in each test of a tracker, because an
/// in-process bus holds the outbox up until each message is consumed.
#[derive(Clone, Debug, Default)]
pub struct IssueChanges(Arc<Mutex<Vec<IssueChange>>>);

impl IssueChanges {
    /// Consumes the changes on `bus` until it is closed.
    pub fn follow(bus: &Bus) -> Self {
        let followed = Self::default();
        let (changes, mut consumer) = (followed.0.clone(), bus.consume(Queue::IssueSync, 100));
        tokio::spawn(async move {
            while let Some(delivery) = consumer.next().await {
                let change = IssueChange::decode(delivery.body.clone()).expect("a change of an issue");
                changes.lock().unwrap_or_else(PoisonError::into_inner).push(change);
                delivery.ack();
            }
        });
        followed
    }

    /// Waits until there are this many changes, and returns them in order.
    pub async fn expect(&self, count: usize) -> Vec<IssueChange> {
        eventually(Duration::from_secs(10), "the changes of issues are there", async || {
            let changes = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
            Some(changes).filter(|changes| changes.len() >= count)
        })
        .await
    }
}
