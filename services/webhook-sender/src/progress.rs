//! Progress of the process, for its readiness: distinguishes slow work from stopped work.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

#[derive(Debug, Default)]
pub(crate) struct Progress {
    /// Records of webhooks from the bus.
    pub bus: Moved,
    /// Records of webhooks that were claimed from the database.
    pub due: Moved,
    overdue_seconds: AtomicU64,
}

/// The time of the last record.
#[derive(Debug)]
pub(crate) struct Moved(Mutex<Instant>);

impl Default for Moved {
    fn default() -> Self {
        Self(Mutex::new(Instant::now()))
    }
}

impl Moved {
    pub(crate) fn moved(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
    }

    fn stands_still_for(&self, longest: Duration) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).elapsed() >= longest
    }
}

impl Progress {
    /// Stores how long the longest overdue webhook has waited, except those that wait for a breaker or a limited rate.
    pub(crate) fn measured(&self, overdue: Duration) {
        self.overdue_seconds.store(overdue.as_secs(), Relaxed);
    }

    /// # Errors
    /// There was work, but no record for at least `longest`.
    pub(crate) fn check(&self, has_webhooks_in_memory: bool, longest: Duration) -> Result<(), &'static str> {
        if has_webhooks_in_memory && self.bus.stands_still_for(longest) {
            return Err("webhooks came from the bus, but none was recorded");
        }
        let is_overdue = self.overdue_seconds.load(Relaxed) >= longest.as_secs().max(1);
        if is_overdue && self.due.stands_still_for(longest) {
            return Err("webhooks are due, but none was sent");
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: Duration = Duration::from_secs(60);

    fn still() -> Progress {
        let long_ago = || Moved(Mutex::new(Instant::now() - 2 * MINUTE));
        Progress { bus: long_ago(), due: long_ago(), ..Progress::default() }
    }

    #[test]
    fn work_without_progress_fails_the_check_and_idleness_does_not() {
        let progress = still();
        assert_eq!(progress.check(false, MINUTE), Ok(()));
        assert!(progress.check(true, MINUTE).is_err());
        progress.bus.moved();
        assert_eq!(progress.check(true, MINUTE), Ok(()));
        progress.measured(MINUTE);
        assert!(progress.check(false, MINUTE).is_err());
        progress.due.moved();
        assert_eq!(
            progress.check(false, MINUTE),
            Ok(()),
            "a slow endpoint delays some webhooks, but not all"
        );
    }

    #[test]
    fn a_webhook_that_has_just_become_due_is_no_stall() {
        let progress = still();
        progress.measured(Duration::from_secs(5));
        assert_eq!(progress.check(false, MINUTE), Ok(()));
    }
}
