//! One request to an app, as it is recorded.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};

use super::after_attempt::Outcome;

#[derive(Debug)]
pub(crate) struct Attempt {
    pub number: i32,
    pub url: Arc<str>,
    pub started_at: DateTime<Utc>,
    pub took: Duration,
    pub outcome: Outcome,
    /// Set for failed attempts, and for successful ones that returned a body or an app error.
    pub exchange: Option<Exchange>,
}

/// The request and the response, for the app's developers.
#[derive(Debug, Default)]
pub(crate) struct Exchange {
    /// Set for failed attempts.
    pub request_headers: Option<BTreeMap<String, String>>,
    /// The beginning of the request body; set for failed attempts.
    pub request_body: Option<String>,
    pub response_body: String,
    /// The `Sentry-Hook-Error` and `Sentry-Hook-Project` headers of a response that has both.
    pub app_error: Option<(String, String)>,
}

impl Attempt {
    /// The status of the response, 0 without one.
    pub(crate) fn response_code(&self) -> i32 {
        match self.outcome {
            Outcome::Answered { status, .. } => status.into(),
            Outcome::Failed(_) => 0,
        }
    }

    /// Why there was no response.
    pub(crate) fn error(&self) -> Option<&'static str> {
        match self.outcome {
            Outcome::Answered { .. } => None,
            Outcome::Failed(cause) => Some(cause.code()),
        }
    }
}
