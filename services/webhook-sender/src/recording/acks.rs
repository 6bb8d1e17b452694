//! Acknowledges a bus message once all of its webhooks are recorded.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use patchbay_bus::{Outcome, Receipt};
use patchbay_runtime::metrics::Gauge;
use tokio::runtime::Handle;
use tokio::sync::OwnedSemaphorePermit;

/// Pause before a message that was not recorded is delivered again. Each return counts towards the delivery limit of the
/// queue, so the pause has to outlast a restart of the database.
const RETRY_AFTER: Duration = Duration::from_secs(5);

/// A message in progress, settled when its last [`AckGuard`] is dropped: acknowledged if all of its webhooks were
/// recorded, returned to the queue otherwise.
#[derive(Debug)]
pub(crate) struct BatchAck {
    receipt: Option<Receipt>,
    unrecorded: AtomicUsize,
    /// Whether the message also holds unreadable content, and becomes a dead letter instead of being acknowledged.
    is_malformed: bool,
}

/// One webhook's share of its message and of the window.
#[derive(Debug)]
pub(crate) struct AckGuard {
    batch: Arc<BatchAck>,
    _window: WindowPermit,
}

/// One webhook's share of the window, counted in a gauge.
#[derive(Debug)]
pub(crate) struct WindowPermit {
    used: Gauge,
    _permit: OwnedSemaphorePermit,
}

impl WindowPermit {
    pub(crate) fn new(permit: OwnedSemaphorePermit, used: Gauge) -> Self {
        used.inc();
        Self { used, _permit: permit }
    }
}

impl Drop for WindowPermit {
    fn drop(&mut self) {
        self.used.dec();
    }
}

impl BatchAck {
    pub(crate) fn new(receipt: Receipt, webhooks: usize, is_malformed: bool) -> Arc<Self> {
        Arc::new(Self { receipt: Some(receipt), unrecorded: AtomicUsize::new(webhooks), is_malformed })
    }

    pub(crate) fn guard(self: &Arc<Self>, window: WindowPermit) -> AckGuard {
        AckGuard { batch: self.clone(), _window: window }
    }
}

impl AckGuard {
    /// The webhook is recorded. A guard that is dropped without this call returns the message to the queue.
    pub(crate) fn recorded(self) {
        self.batch.unrecorded.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Drop for BatchAck {
    fn drop(&mut self) {
        let Some(receipt) = self.receipt.take() else { return };
        if *self.unrecorded.get_mut() == 0 {
            receipt.settle(if self.is_malformed { Outcome::Reject } else { Outcome::Ack });
        } else if Handle::try_current().is_ok() {
            receipt.retry_after(RETRY_AFTER);
        }
        // Without a runtime the process is ending, and dropping the receipt returns the message to the queue.
    }
}
