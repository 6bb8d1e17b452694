use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use http::HeaderMap;

/// An answer, whatever its status.
#[derive(Clone)]
pub struct OutboundResponse {
    /// HTTP status. A redirect is an answer like any other.
    pub status: u16,
    /// As received; names compare without regard to case.
    pub headers: HeaderMap,
    /// As received (nothing is decompressed), at most `max_response` bytes.
    pub body: Bytes,
    /// There was more than `max_response` bytes; the rest was not read.
    pub truncated: bool,
    /// From the call of `send` until the last byte that was read.
    pub elapsed: Duration,
}

impl OutboundResponse {
    /// 200 to 299.
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// The first header of this name, if it is text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

impl fmt::Debug for OutboundResponse {
    /// Header values and the body stay out: they may hold what the other side would not want in our logs.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OutboundResponse")
            .field("status", &self.status)
            .field("body_bytes", &self.body.len())
            .field("truncated", &self.truncated)
            .field("elapsed", &self.elapsed)
            .finish_non_exhaustive()
    }
}
