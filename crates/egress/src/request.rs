use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method};

use crate::error::{Cause, Failure};

/// Read by default at most this much of an answer.
pub(crate) const DEFAULT_MAX_RESPONSE: usize = 64 * 1024;

/// Headers that frame the message or steer the connection. Custom ones could smuggle a second request in.
const RESERVED: &[&str] = &[
    "connection",
    "content-length",
    "expect",
    "host",
    "http2-settings",
    "keep-alive",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

/// One request to the outside.
#[derive(Clone)]
pub struct OutboundRequest {
    /// Usually GET or POST.
    pub method: Method,
    /// Absolute, `http` or `https`.
    pub url: String,
    /// Name and value in any number; a later pair replaces earlier ones of the same name, whatever their case.
    /// Over HTTP/1.1 names are sent in title case (`Sentry-Hook-Resource`), over HTTP/2 in lower case.
    pub headers: Vec<(String, String)>,
    /// Sent as it is, without a copy. Clone the `Bytes` to send the same body again.
    pub body: Bytes,
    /// How long each phase may take.
    pub timeouts: Timeouts,
    /// Body bytes of the answer to keep; the rest is not read. 64 KiB unless set.
    pub max_response: usize,
}

/// A request to an [`Address`](crate::Address), with headers in the form that is sent.
pub struct PreparedRequest {
    /// Usually GET or POST.
    pub method: Method,
    /// None that [is reserved](header_is_reserved), which is the caller's to see to. Mark values that are secret as sensitive.
    pub headers: HeaderMap,
    /// Sent as it is, without a copy.
    pub body: Bytes,
    /// How long each phase may take.
    pub timeouts: Timeouts,
    /// Body bytes of the answer to keep; the rest is not read.
    pub max_response: usize,
}

impl PreparedRequest {
    /// A POST with the usual limits.
    pub fn post(headers: HeaderMap, body: Bytes, timeouts: Timeouts) -> Self {
        Self { method: Method::POST, headers, body, timeouts, max_response: DEFAULT_MAX_RESPONSE }
    }
}

impl fmt::Debug for PreparedRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PreparedRequest").field("method", &self.method).finish_non_exhaustive()
    }
}

/// Time limits of one exchange. The limit for connecting is the client's, see
/// [`Connections`](crate::Connections).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timeouts {
    /// From the start until the headers of the answer, connecting and sending included.
    pub headers: Duration,
    /// From the headers until the end of the body.
    pub body: Duration,
    /// The whole exchange.
    pub total: Duration,
}

impl OutboundRequest {
    /// A request without headers and body.
    pub fn new(method: Method, url: impl Into<String>) -> Self {
        Self {
            method,
            url: url.into(),
            headers: Vec::new(),
            body: Bytes::new(),
            timeouts: Timeouts::default(),
            max_response: DEFAULT_MAX_RESPONSE,
        }
    }

    /// A GET.
    pub fn get(url: impl Into<String>) -> Self {
        Self::new(Method::GET, url)
    }

    /// A POST of this body.
    pub fn post(url: impl Into<String>, body: impl Into<Bytes>) -> Self {
        Self { body: body.into(), ..Self::new(Method::POST, url) }
    }

    /// Adds a header, replacing earlier ones of the same name.
    #[must_use]
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// Sets the time limits.
    #[must_use]
    pub fn timeouts(mut self, timeouts: Timeouts) -> Self {
        self.timeouts = timeouts;
        self
    }

    /// Sets how many body bytes of the answer to keep.
    #[must_use]
    pub fn max_response(mut self, bytes: usize) -> Self {
        self.max_response = bytes;
        self
    }
}

impl Timeouts {
    /// Only the whole exchange is limited.
    pub const fn within(total: Duration) -> Self {
        Self { headers: total, body: total, total }
    }
}

impl Default for Timeouts {
    /// Five seconds for the whole.
    fn default() -> Self {
        Self::within(Duration::from_secs(5))
    }
}

impl fmt::Debug for OutboundRequest {
    /// Header values and the body stay out: they hold credentials and other people's data.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.headers.iter().map(|(name, _)| name.as_str()).collect();
        f.debug_struct("OutboundRequest")
            .field("method", &self.method)
            .field("headers", &names)
            .field("body_bytes", &self.body.len())
            .finish_non_exhaustive()
    }
}

/// Whether a header may not be given by the caller, in any case of letters, because it frames the message or
/// steers the connection. Check custom headers with it before storing them.
pub fn header_is_reserved(name: &str) -> bool {
    RESERVED.iter().any(|reserved| reserved.eq_ignore_ascii_case(name))
}

/// Values are marked sensitive: custom headers carry credentials, and debug output of the client must not.
pub(crate) fn header_map(pairs: &[(String, String)]) -> Result<HeaderMap, Failure> {
    let mut headers = HeaderMap::with_capacity(pairs.len());
    for (name, value) in pairs {
        if header_is_reserved(name) {
            return Err(Failure::new(Cause::InvalidHeader, format!("the header {name} cannot be set")));
        }
        let malformed = |what| Failure::new(Cause::InvalidHeader, format!("{what} of a header is malformed"));
        let name = HeaderName::try_from(name).map_err(|_| malformed("the name"))?;
        let mut value = HeaderValue::try_from(value).map_err(|_| malformed("the value"))?;
        value.set_sensitive(true);
        headers.insert(name, value);
    }
    Ok(headers)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(pairs: &[(&str, &str)]) -> Result<HeaderMap, Cause> {
        let pairs: Vec<_> = pairs.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect();
        header_map(&pairs).map_err(|failure| failure.cause)
    }

    #[test]
    fn a_later_header_replaces_an_earlier_one_of_the_same_name() {
        let headers =
            map(&[("x-a", "1"), ("Sentry-Hook-Resource", "mine"), ("sentry-hook-resource", "issue")])
                .unwrap();
        assert_eq!(headers.len(), 2);
        assert_eq!(headers["Sentry-Hook-Resource"], "issue");
    }

    #[test]
    fn headers_of_the_connection_and_malformed_ones_are_refused() {
        for (name, value) in [
            ("Host", "internal"),
            ("transfer-encoding", "chunked"),
            ("Content-Length", "0"),
            ("a b", "1"),
            ("", "1"),
            ("x-a", "1\r\nx-b: 2"),
        ] {
            assert_eq!(map(&[(name, value)]), Err(Cause::InvalidHeader), "{name}: {value}");
        }
    }

    #[test]
    fn header_values_do_not_show_in_debug_output() {
        let headers = map(&[("Authorization", "Bearer abc")]).unwrap();
        assert!(!format!("{headers:?}").contains("abc"));
    }
}
