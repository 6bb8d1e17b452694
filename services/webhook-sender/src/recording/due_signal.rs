use std::sync::atomic::{AtomicI64, Ordering::Relaxed};

use chrono::{DateTime, Utc};
use tokio::sync::Notify;

/// Wakes the retry worker before its planned round.
#[derive(Debug)]
pub(crate) struct DueSignal {
    notify: Notify,
    /// When the next round starts at the latest, in microseconds since 1970.
    planned: AtomicI64,
}

impl Default for DueSignal {
    fn default() -> Self {
        Self { notify: Notify::new(), planned: AtomicI64::new(i64::MIN) }
    }
}

impl DueSignal {
    /// A webhook is due now.
    pub(crate) fn now(&self) {
        self.notify.notify_one();
    }

    /// A webhook is due at that time.
    pub(crate) fn at(&self, due_at: DateTime<Utc>) {
        if due_at.timestamp_micros() < self.planned.load(Relaxed) {
            self.now();
        }
    }

    /// A round has started. Until it plans the next one, every webhook that becomes due is a reason for another round.
    pub(crate) fn round_started(&self) {
        self.planned.store(i64::MAX, Relaxed);
    }

    /// The next round starts at that time, or earlier if [`DueSignal::notified`] returns first.
    pub(crate) fn plan(&self, next_round: DateTime<Utc>) {
        self.planned.store(next_round.timestamp_micros(), Relaxed);
    }

    pub(crate) async fn notified(&self) {
        self.notify.notified().await;
    }
}
