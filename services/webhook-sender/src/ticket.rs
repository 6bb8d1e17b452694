//! The duty to answer for a message once all of its webhooks are on record.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use patchbay_bus::{Outcome, Receipt};
use patchbay_runtime::metrics::Gauge;
use tokio::runtime::Handle;
use tokio::sync::OwnedSemaphorePermit;

/// How long a message rests that could not be recorded. Each return counts towards its delivery limit, so
/// this has to outlast a restart of the database.
const REST: Duration = Duration::from_secs(5);

/// A message that is being worked on. It is answered when the last of its [`Ticket`]s is gone: acknowledged if
/// all of its webhooks were recorded, put back otherwise.
#[derive(Debug)]
pub(crate) struct Message {
    receipt: Option<Receipt>,
    unrecorded: AtomicUsize,
    /// Whether it also holds something that nobody can read, and so has to be kept.
    is_unfit: bool,
}

/// One webhook's share of its message and of the window.
#[derive(Debug)]
pub(crate) struct Ticket {
    message: Arc<Message>,
    _room: Room,
}

/// One webhook's room in the window.
#[derive(Debug)]
pub(crate) struct Room {
    used: Gauge,
    _permit: OwnedSemaphorePermit,
}

impl Room {
    /// Counted in `used` until it is given back.
    pub(crate) fn new(permit: OwnedSemaphorePermit, used: Gauge) -> Self {
        used.inc();
        Self { used, _permit: permit }
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        self.used.dec();
    }
}

impl Message {
    /// A message with so many webhooks to record.
    pub(crate) fn new(receipt: Receipt, webhooks: usize) -> Arc<Self> {
        Self::with(receipt, webhooks, false)
    }

    /// As [`Message::new`]. An unfit one becomes a dead letter of the bus once its webhooks are recorded.
    pub(crate) fn with(receipt: Receipt, webhooks: usize, is_unfit: bool) -> Arc<Self> {
        Arc::new(Self { receipt: Some(receipt), unrecorded: AtomicUsize::new(webhooks), is_unfit })
    }

    pub(crate) fn ticket(self: &Arc<Self>, room: Room) -> Ticket {
        Ticket { message: self.clone(), _room: room }
    }
}

impl Ticket {
    /// The webhook is on record. A ticket dropped without this puts the message back.
    pub(crate) fn recorded(self) {
        self.message.unrecorded.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Drop for Message {
    fn drop(&mut self) {
        let Some(receipt) = self.receipt.take() else { return };
        if *self.unrecorded.get_mut() == 0 {
            receipt.settle(if self.is_unfit { Outcome::Reject } else { Outcome::Ack });
        } else if Handle::try_current().is_ok() {
            receipt.retry_after(REST);
        }
        // Otherwise the process is ending, and dropping the receipt puts the message back.
    }
}
