use chrono::{DateTime, Utc};

use super::after_attempt::Outcome;
use super::attempt::Attempt;

/// Attempts at one endpoint, by how they ended.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct EndpointCounts {
    pub succeeded: i64,
    pub failed: i64,
    /// Failed attempts without a response in time.
    pub timeouts: i64,
    pub last_delivered_at: Option<DateTime<Utc>>,
    pub last_failed_at: Option<DateTime<Utc>>,
    pub last_failure: Option<String>,
}

impl EndpointCounts {
    pub(crate) fn add(&mut self, attempt: &Attempt) {
        let at = Some(attempt.started_at);
        if attempt.outcome.is_success() {
            self.succeeded += 1;
            self.last_delivered_at = self.last_delivered_at.max(at);
            return;
        }
        self.failed += 1;
        self.timeouts += i64::from(matches!(attempt.outcome, Outcome::Failed(cause) if cause.is_timeout()));
        self.last_failed_at = self.last_failed_at.max(at);
        self.last_failure = Some(attempt.outcome.failure());
    }
}
