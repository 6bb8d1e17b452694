//! What the gateway counts.

use patchbay_runtime::metrics::{Counter, CounterFamily, Gauge, HistogramFamily, LATENCY};
use prometheus_client::encoding::EncodeLabelSet;

/// How a request was answered.
#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
pub struct Answered {
    /// The pattern of the path, never the path itself; `none` when no route matched.
    pub route: String,
    /// The method; `OTHER` for those HTTP does not know.
    pub method: &'static str,
    /// `2xx`, `3xx`, `4xx` or `5xx`.
    pub status: &'static str,
}

/// Which route was asked.
#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
pub struct Route {
    /// The pattern of the path; `none` when no route matched.
    pub route: String,
}

patchbay_runtime::metrics! {
    /// What the gateway counts.
    pub struct GatewayMetrics in "gateway" {
        /// Requests by route, method and class of the answer's status.
        pub requests: CounterFamily<Answered>,
        /// Seconds from a request's head to its answer's, by route.
        pub request_seconds: HistogramFamily<Route> = LATENCY,
        /// Requests in work at this moment.
        pub requests_in_flight: Gauge,
        /// Requests refused because too many were in work.
        pub overloaded: Counter,
        /// Tokens recognised without asking the token service.
        pub token_cache_hits: Counter,
        /// Tokens asked for at the token service.
        pub token_cache_misses: Counter,
        /// Select fields whose options were known without asking the app.
        pub options_cache_hits: Counter,
        /// Select fields whose options the app was asked for.
        pub options_cache_misses: Counter,
        /// 1 while revocations are being watched, 0 while every token is asked for.
        pub revocations_watched: Gauge,
    }
}
