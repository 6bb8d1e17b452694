//! The queue between the hand-over and settle workers.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use patchbay_bus::Confirm;
use tokio::sync::{OwnedSemaphorePermit, mpsc};
use tokio::time::Instant;
use uuid::Uuid;

/// Capacity of the queue, in messages.
const WAITING: usize = 64;

/// A step of the hand-over.
#[derive(Debug)]
pub(crate) struct Handed {
    /// Events whose deliveries are all in messages. Each is settled with the last of these messages.
    pub(crate) packed: Vec<HandedEvent>,
    pub(crate) sent: Option<Sent>,
}

/// A published message and the events whose deliveries it contains.
#[derive(Debug)]
pub(crate) struct Sent {
    pub(crate) events: Vec<HandedEvent>,
    pub(crate) published: Published,
}

/// A published message: its confirm and its memory.
#[derive(Debug)]
pub(crate) struct Published {
    pub(crate) confirm: Confirm,
    pub(crate) at: Instant,
    /// Its share of the memory for deliveries.
    pub(crate) memory: Option<OwnedSemaphorePermit>,
}

impl Published {
    pub(crate) fn new(confirm: Confirm, memory: Option<OwnedSemaphorePermit>) -> Self {
        Self { confirm, at: Instant::now(), memory }
    }
}

/// An event that is being handed over, shared by the messages with deliveries of it. It is settled with the last of them.
#[derive(Clone, Debug)]
pub(crate) struct HandedEvent(Arc<EventOutcome>);

/// Whether the deliveries of an event arrived.
#[derive(Debug)]
pub(crate) struct EventOutcome {
    pub(crate) group_id: Uuid,
    failed: AtomicBool,
}

impl HandedEvent {
    pub(crate) fn of(group_id: Uuid) -> Self {
        Self(Arc::new(EventOutcome { group_id, failed: AtomicBool::new(false) }))
    }

    /// Records that one of its deliveries did not arrive.
    pub(crate) fn fail(&self) {
        self.0.failed.store(true, Relaxed);
    }

    /// The outcome, if this was the last message with deliveries of the event.
    pub(crate) fn settle(self) -> Option<EventOutcome> {
        Arc::into_inner(self.0)
    }
}

/// Compares the identity of events: two events of one group are not equal.
impl PartialEq for HandedEvent {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl EventOutcome {
    pub(crate) fn has_failed(&self) -> bool {
        self.failed.load(Relaxed)
    }
}

pub(crate) fn queue() -> (mpsc::Sender<Handed>, mpsc::Receiver<Handed>) {
    mpsc::channel(WAITING)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_settled_with_the_last_message_that_holds_it_and_one_failure_is_enough() {
        for failed in [false, true] {
            let event = HandedEvent::of(Uuid::from_u128(1));
            let (first, second) = (event.clone(), event.clone());
            if failed {
                first.fail();
            }
            assert!(first.settle().is_none());
            assert!(event.settle().is_none());
            let outcome = second.settle().expect("it was the last");
            assert_eq!((outcome.group_id, outcome.has_failed()), (Uuid::from_u128(1), failed));
        }
    }
}
