use std::net::SocketAddr;

use bytes::Bytes;
use http::HeaderMap;
use tokio::time::Instant;

/// A received request.
#[derive(Debug, Clone)]
pub struct Received {
    /// `GET`, `POST`, …
    pub method: String,
    /// The path without the query.
    pub path: String,
    /// The text after the question mark, or empty.
    pub query: String,
    /// Compare names regardless of case.
    pub headers: HeaderMap,
    /// The exact bytes of the body.
    pub body: Bytes,
    /// When the body was complete.
    pub at: Instant,
    /// The client's end of the connection; equal for requests over the same connection.
    pub peer: SocketAddr,
}

impl Received {
    /// The first header with this name, if it is text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The body as JSON.
    ///
    /// # Panics
    ///
    /// If the body is not JSON.
    pub fn json(&self) -> serde_json::Value {
        match serde_json::from_slice(&self.body) {
            Ok(value) => value,
            Err(error) => panic!("the body is no JSON ({error}): {}", String::from_utf8_lossy(&self.body)),
        }
    }
}
