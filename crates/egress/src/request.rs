use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method};

use crate::error::{Cause, Failure};

/// Default for the stored part of a response body.
pub(crate) const DEFAULT_MAX_RESPONSE: usize = 64 * 1024;

/// Headers that delimit the message or control the connection. Custom values could smuggle in a second
/// request.
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

/// A request.
#[derive(Clone)]
pub struct OutboundRequest {
    /// Usually GET or POST.
    pub method: Method,
    /// Absolute, `http` or `https`.
    pub url: String,
    /// Any number of names and values. A later pair replaces earlier ones with the same name, regardless of
    /// case. Over HTTP/1.1 names are sent in title case (`Sentry-Hook-Resource`), over HTTP/2 in lower case.
    pub headers: Vec<(String, String)>,
    /// Sent without a copy. Clone the `Bytes` to send the same body again.
    pub body: Bytes,
    /// Time limits of the phases.
    pub timeouts: Timeouts,
    /// Stored bytes of the response body; the rest is not read. 64 KiB by default.
    pub max_response: usize,
}

/// A request to an [`Address`](crate::Address), with headers that are encoded already.
pub struct PreparedRequest {
    /// Usually GET or POST.
    pub method: Method,
    /// The caller ensures that none of them [is reserved](header_is_reserved). Mark secret values as
    /// sensitive.
    pub headers: HeaderMap,
    /// Sent without a copy.
    pub body: Bytes,
    /// Time limits of the phases.
    pub timeouts: Timeouts,
    /// Stored bytes of the response body; the rest is not read.
    pub max_response: usize,
}

impl PreparedRequest {
    /// A POST with the default limits.
    pub fn post(headers: HeaderMap, body: Bytes, timeouts: Timeouts) -> Self {
        Self { method: Method::POST, headers, body, timeouts, max_response: DEFAULT_MAX_RESPONSE }
    }
}

impl fmt::Debug for PreparedRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PreparedRequest").field("method", &self.method).finish_non_exhaustive()
    }
}

/// Time limits of one exchange. The limit for connecting belongs to the client, see
/// [`Connections`](crate::Connections).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timeouts {
    /// From the start to the headers of the response, including connecting and sending.
    pub headers: Duration,
    /// From the headers to the end of the body.
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

    pub fn get(url: impl Into<String>) -> Self {
        Self::new(Method::GET, url)
    }

    pub fn post(url: impl Into<String>, body: impl Into<Bytes>) -> Self {
        Self { body: body.into(), ..Self::new(Method::POST, url) }
    }

    /// Adds a header and replaces an earlier one with the same name.
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

    /// Sets how many bytes of the response body are stored.
    #[must_use]
    pub fn max_response(mut self, bytes: usize) -> Self {
        self.max_response = bytes;
        self
    }
}

impl Timeouts {
    /// Limits only the whole exchange.
    pub const fn within(total: Duration) -> Self {
        Self { headers: total, body: total, total }
    }
}

impl Default for Timeouts {
    /// Five seconds for the whole exchange.
    fn default() -> Self {
        Self::within(Duration::from_secs(5))
    }
}

impl fmt::Debug for OutboundRequest {
    /// Omits header values and the body, which contain credentials and data of others.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.headers.iter().map(|(name, _)| name.as_str()).collect();
        f.debug_struct("OutboundRequest")
            .field("method", &self.method)
            .field("headers", &names)
            .field("body_bytes", &self.body.len())
            .finish_non_exhaustive()
    }
}

/// Whether callers may not set this header (regardless of case), because it delimits the message or controls
/// the connection. Check custom headers with it before storing them.
pub fn header_is_reserved(name: &str) -> bool {
    RESERVED.iter().any(|reserved| reserved.eq_ignore_ascii_case(name))
}

/// The value in Latin-1, as receivers read headers and as Sentry sends them; `None` if it has characters that no header has.
pub fn header_value(text: &str) -> Option<HeaderValue> {
    let bytes: Option<Vec<u8>> = text.chars().map(|c| u8::try_from(u32::from(c)).ok()).collect();
    HeaderValue::from_bytes(&bytes?).ok()
}

/// Values are marked as sensitive, so that the client does not print credentials in debug output.
pub(crate) fn header_map(pairs: &[(String, String)]) -> Result<HeaderMap, Failure> {
    let mut headers = HeaderMap::with_capacity(pairs.len());
    for (name, value) in pairs {
        if header_is_reserved(name) {
            return Err(Failure::new(Cause::InvalidHeader, format!("the header {name} cannot be set")));
        }
        let malformed = |what| Failure::new(Cause::InvalidHeader, format!("{what} of a header is malformed"));
        let name = HeaderName::try_from(name).map_err(|_| malformed("the name"))?;
        let mut value = header_value(value).ok_or_else(|| malformed("the value"))?;
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
    fn values_leave_as_latin_1() {
        assert_eq!(map(&[("x-city", "Zürich")]).unwrap()["x-city"].as_bytes(), b"Z\xfcrich");
        assert_eq!(map(&[("x-city", "東京")]).unwrap_err(), Cause::InvalidHeader);
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
