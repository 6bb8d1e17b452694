//! A reverse proxy that the settings do not mention.
//!
//! All its clients have its address, so they share one rate limit until `GATEWAY_PROXIES` is set.

use std::sync::atomic::{AtomicBool, Ordering};

use axum::http::HeaderMap;

/// Whether such a proxy has been noticed.
#[derive(Debug, Default)]
pub struct UnknownProxy(AtomicBool);

impl UnknownProxy {
    /// True for the first request with `X-Forwarded-For` while no proxy is configured. Clients may send the header
    /// themselves, so it is a hint for the operator and nothing else.
    pub fn is_news(&self, headers: &HeaderMap, proxies: usize) -> bool {
        proxies == 0
            && headers.contains_key("x-forwarded-for")
            && !self.0.load(Ordering::Relaxed)
            && !self.0.swap(true, Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn a_forwarded_request_is_news_once_and_only_without_a_configured_proxy() {
        let (direct, mut forwarded) = (HeaderMap::new(), HeaderMap::new());
        forwarded.insert("x-forwarded-for", HeaderValue::from_static("10.0.0.1"));
        let proxy = UnknownProxy::default();
        assert!(!proxy.is_news(&direct, 0));
        assert!(!proxy.is_news(&forwarded, 1));
        assert!(proxy.is_news(&forwarded, 0));
        assert!(!proxy.is_news(&forwarded, 0));
    }
}
