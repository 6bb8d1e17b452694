use std::net::SocketAddr;
use std::time::Instant;

use bytes::Bytes;
use http::HeaderMap;

/// One request as it arrived.
#[derive(Debug, Clone)]
pub struct Received {
    /// `GET`, `POST`, …
    pub method: String,
    /// Without the query.
    pub path: String,
    /// Behind the question mark; empty without one.
    pub query: String,
    /// Names compare without regard to case.
    pub headers: HeaderMap,
    /// The exact bytes.
    pub body: Bytes,
    /// When the body was complete.
    pub at: Instant,
    /// The other end of the connection: equal for requests over one connection.
    pub peer: SocketAddr,
}

impl Received {
    /// The first header of this name, if it is text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The body as JSON.
    ///
    /// # Panics
    ///
    /// If it is none.
    pub fn json(&self) -> serde_json::Value {
        match serde_json::from_slice(&self.body) {
            Ok(value) => value,
            Err(error) => panic!("the body is no JSON ({error}): {}", String::from_utf8_lossy(&self.body)),
        }
    }
}
