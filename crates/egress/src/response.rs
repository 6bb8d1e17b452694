use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use http::HeaderMap;

/// A response with any status.
#[derive(Clone)]
pub struct OutboundResponse {
    /// HTTP status. A redirect is a response like any other.
    pub status: u16,
    /// As received, without those of a compression that was decoded; compare names regardless of case.
    pub headers: HeaderMap,
    /// At most `max_response` bytes, decoded if the response was compressed with gzip or deflate.
    pub body: Bytes,
    /// The body was longer than `max_response` bytes, or a compressed one broke off; the rest is missing.
    pub truncated: bool,
    /// Time from the call of `send` to the last byte that was read.
    pub elapsed: Duration,
}

impl OutboundResponse {
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// The first header with this name, if it is text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

impl fmt::Debug for OutboundResponse {
    /// Omits header values and the body, which may contain data that must not be logged.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OutboundResponse")
            .field("status", &self.status)
            .field("body_bytes", &self.body.len())
            .field("truncated", &self.truncated)
            .field("elapsed", &self.elapsed)
            .finish_non_exhaustive()
    }
}
