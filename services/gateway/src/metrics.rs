//! Metrics of the gateway.

use patchbay_runtime::metrics::{Counter, CounterFamily, Gauge, HistogramFamily, LATENCY};
use prometheus_client::encoding::EncodeLabelSet;

/// Labels of an answered request.
#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
pub struct Answered {
    /// The pattern of the path, never the path itself; `none` when no route matched.
    pub route: String,
    /// The method; `OTHER` for those HTTP does not know.
    pub method: &'static str,
    /// `2xx`, `3xx`, `4xx` or `5xx`.
    pub status: &'static str,
}

/// Label of a route.
#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
pub struct Route {
    /// The pattern of the path; `none` when no route matched.
    pub route: String,
}

patchbay_runtime::metrics! {
    /// Metrics of the gateway.
    pub struct GatewayMetrics in "gateway" {
        /// Requests by route, method and class of the answer's status.
        pub requests: CounterFamily<Answered>,
        /// Seconds from a request's head to its answer's, by route.
        pub request_seconds: HistogramFamily<Route> = LATENCY,
        /// Requests in flight.
        pub requests_in_flight: Gauge,
        /// Requests refused because too many were in flight.
        pub overloaded: Counter,
        /// Token lookups answered from the cache.
        pub token_cache_hits: Counter,
        /// Token lookups sent to the token service.
        pub token_cache_misses: Counter,
        /// Select options answered from the cache.
        pub options_cache_hits: Counter,
        /// Select options requested from the app.
        pub options_cache_misses: Counter,
        /// 1 while revocations are received; 0 while they are not and the token cache is off.
        pub revocations_watched: Gauge,
    }
}
