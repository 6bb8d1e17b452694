use std::time::Duration;

/// The operator's bounds for the webhook timeout of an app.
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
    /// The app's timeout, moved into the bounds.
    pub(crate) fn bounded(self, timeout_ms: u32) -> Duration {
        Duration::from_millis(timeout_ms.into()).min(self.longest).max(self.shortest)
    }
}
