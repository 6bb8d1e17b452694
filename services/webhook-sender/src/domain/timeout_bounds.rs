//! Between which limits an app may choose its own.

use std::time::Duration;

/// An operator's bounds for the time an app may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TimeoutBounds {
    pub shortest: Duration,
    pub longest: Duration,
}

impl Default for TimeoutBounds {
    fn default() -> Self {
        Self { shortest: Duration::from_millis(500), longest: Duration::from_secs(30) }
    }
}

impl TimeoutBounds {
    /// The wanted time, or the bound that is next to it.
    pub(crate) fn bounded(self, wanted_ms: u32) -> Duration {
        Duration::from_millis(wanted_ms.into()).min(self.longest).max(self.shortest)
    }
}
