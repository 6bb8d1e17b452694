//! Webhooks of trackers.

use bytes::Bytes;

use crate::change::{Change, IntegrationChange};

/// A webhook of a tracker.
#[derive(Clone)]
pub struct InboundRequest {
    /// HTTP method in upper case.
    pub method: String,
    /// The rest of the path, without slashes at its ends: `issue-updated/<token>`.
    pub path: String,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    /// As received.
    pub body: Bytes,
}

/// The integration that a webhook is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Located {
    /// The integration with this id at the tracker.
    Integration(String),
    /// None: it is about the application.
    Application,
}

/// The answer to the tracker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InboundAnswer {
    /// HTTP status.
    pub status: u16,
    /// JSON; empty for no body.
    pub body: String,
    /// Whether the token or signature was wrong, which the health report counts.
    pub is_invalid_token: bool,
}

/// A webhook that was read.
#[derive(Debug, Clone)]
pub struct Received {
    /// The answer, once the changes are durable.
    pub answer: InboundAnswer,
    /// In the order in which they are applied.
    pub changes: Vec<Change>,
    /// Applied before the answer.
    pub integration: Option<IntegrationChange>,
    /// Id of the webhook. One that was seen before has no effect. `None` if it has no id.
    pub delivery_id: Option<String>,
    /// Whether its event is one that the provider does not know. The metrics count them.
    pub is_ignored: bool,
}

impl InboundRequest {
    /// The value of a header; the name is in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

impl std::fmt::Debug for InboundRequest {
    /// Omits path, headers and body, which contain tokens.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("InboundRequest").field("method", &self.method).finish_non_exhaustive()
    }
}

impl InboundAnswer {
    /// An answer without a body.
    pub fn empty(status: u16) -> Self {
        Self { status, body: String::new(), is_invalid_token: false }
    }

    /// An answer without a body to a wrong token or signature.
    pub fn invalid_token(status: u16) -> Self {
        Self { is_invalid_token: true, ..Self::empty(status) }
    }
}

impl Received {
    /// Changes and the answer to them.
    pub fn changes(answer: InboundAnswer, changes: Vec<Change>) -> Self {
        Self { answer, changes, integration: None, delivery_id: None, is_ignored: false }
    }
}
