//! What the sender counts.

use chrono::TimeDelta;
use patchbay_runtime::metrics::{
    Counter, CounterFamily, Gauge, GaugeF64, GaugeFamily, Histogram, HistogramFamily, LATENCY, SIZES,
};
use prometheus_client::encoding::EncodeLabelSet;

use crate::domain::after_attempt::Class;
use crate::domain::attempt::Attempt;

/// How an attempt ended.
#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
pub struct AttemptLabels {
    /// `delivered`, `3xx`, `4xx`, `5xx` or `no_answer`.
    pub outcome: &'static str,
    /// Why there was no answer; empty when there was one.
    pub cause: &'static str,
}

/// How an attempt ended, without the cause.
#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
pub struct OutcomeLabels {
    /// As in [`AttemptLabels`].
    pub outcome: &'static str,
}

/// Why something was done.
#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
pub struct ReasonLabels {
    /// A short word of a closed list.
    pub reason: String,
}

/// Where something stands.
#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
pub struct StateLabels {
    /// A short word of a closed list.
    pub state: &'static str,
}

patchbay_runtime::metrics! {
    /// What the sender counts.
    pub struct SenderMetrics in "webhook_sender" {
        /// Webhooks taken from the bus.
        pub received: Counter,
        /// Webhooks taken from the bus that were on record already.
        pub repeated: Counter,
        /// Messages with something in them that could not be read, which became dead letters of the bus.
        pub malformed: Counter,
        /// Webhooks that arrived: the app answered with a 2xx status.
        pub delivered: Counter,
        /// Attempts, by how they ended and why.
        pub attempts: CounterFamily<AttemptLabels>,
        /// Seconds that an attempt took.
        pub attempt_seconds: HistogramFamily<OutcomeLabels> = LATENCY,
        /// Seconds from the acceptance of an event to the 2xx answer.
        pub delivery_seconds: Histogram = LATENCY,
        /// Webhooks that are not tried any more, by reason.
        pub given_up: CounterFamily<ReasonLabels>,
        /// Times that a webhook was put aside in the database, by reason: failed, slow, busy, overloaded, unknown.
        pub parked: CounterFamily<ReasonLabels>,
        /// Webhooks in the database that are still to be sent.
        pub backlog: Gauge,
        /// Seconds since the acceptance of the oldest of those.
        pub backlog_oldest_seconds: GaugeF64,
        /// Seconds that the longest due webhook has waited to be sent, over endpoints that are sent webhooks as usual.
        pub due_oldest_seconds: GaugeF64,
        /// Endpoints that are not sent webhooks as usual, by state: open, draining.
        pub broken_endpoints: GaugeFamily<StateLabels>,
        /// Webhooks from the bus that are in memory.
        pub window_used: Gauge,
        /// Attempts that run now.
        pub places_used: Gauge,
        /// Connections to the database.
        pub database_connections: Gauge,
        /// Those of them that nobody uses.
        pub database_connections_idle: Gauge,
        /// Webhooks recorded together in one transaction.
        pub batch_size: Histogram = SIZES,
        /// Batches that could not be recorded.
        pub record_failures: Counter,
    }
}

impl SenderMetrics {
    pub(crate) fn attempted(&self, attempt: &Attempt) {
        let outcome = match attempt.outcome.class() {
            Class::Delivered => "delivered",
            Class::Redirected => "3xx",
            Class::Refused => "4xx",
            Class::Broken => "5xx",
            Class::NoAnswer => "no_answer",
        };
        let cause = attempt.error().unwrap_or_default();
        self.attempts.get_or_create(&AttemptLabels { outcome, cause }).inc();
        self.attempt_seconds.get_or_create(&OutcomeLabels { outcome }).observe(attempt.took.as_secs_f64());
    }

    pub(crate) fn delivered(&self, since_accepted: TimeDelta) {
        self.delivered.inc();
        self.delivery_seconds.observe(since_accepted.as_seconds_f64().max(0.0));
    }

    pub(crate) fn given_up(&self, reason: &str) {
        self.given_up.get_or_create(&ReasonLabels { reason: reason.to_owned() }).inc();
    }

    pub(crate) fn postponed(&self, reason: &str) {
        self.parked.get_or_create(&ReasonLabels { reason: reason.to_owned() }).inc();
    }
}
