//! Metrics of connections.

use prometheus_client::encoding::EncodeLabelSet;

use crate::Metrics;
use crate::metrics::{Counter, CounterFamily, Gauge, GaugeFamily};

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
pub(super) struct OfPort {
    port: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
pub(super) struct OfPortAndReason {
    port: &'static str,
    reason: &'static str,
}

crate::metrics! {
    /// Metrics of all ports.
    struct ConnectionMetrics in "connections" {
        /// Open connections by port: `gateway`, `grpc` or `admin`.
        open: GaugeFamily<OfPort>,
        /// Refused connections by port and reason: `full`, every connection was in use; `address`, the client address had too
        /// many.
        refused: CounterFamily<OfPortAndReason>,
        /// Closed connections by port and reason: `ended` by the client, an error or the stop; `no_request` in time; `idle`;
        /// `stalled`, the client read or sent nothing; `evicted`, closed in favor of a new connection.
        closed: CounterFamily<OfPortAndReason>,
    }
}

/// Registers the metrics that every process has for its ports, for the reference of all metrics.
pub fn register_metrics(metrics: &Metrics) {
    ConnectionMetrics::register(metrics);
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    Full,
    Address,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reason {
    Ended,
    NoRequest,
    Idle,
    Stalled,
    Evicted,
}

/// The metrics of one port.
#[derive(Clone, Debug)]
pub(super) struct PortMetrics {
    port: &'static str,
    metrics: ConnectionMetrics,
}

impl PortMetrics {
    pub(super) fn register(metrics: &Metrics, port: &'static str) -> Self {
        let metrics = Self { port, metrics: ConnectionMetrics::register(metrics) };
        metrics.open();
        metrics
    }

    pub(super) fn open(&self) -> Gauge {
        self.metrics.open.get_or_create_owned(&OfPort { port: self.port })
    }

    pub(super) fn refused(&self, refusal: Refusal) -> Counter {
        let reason = match refusal {
            Refusal::Full => "full",
            Refusal::Address => "address",
        };
        self.metrics.refused.get_or_create_owned(&OfPortAndReason { port: self.port, reason })
    }

    pub(super) fn closed(&self, reason: Reason) -> Counter {
        let reason = match reason {
            Reason::Ended => "ended",
            Reason::NoRequest => "no_request",
            Reason::Idle => "idle",
            Reason::Stalled => "stalled",
            Reason::Evicted => "evicted",
        };
        self.metrics.closed.get_or_create_owned(&OfPortAndReason { port: self.port, reason })
    }
}
