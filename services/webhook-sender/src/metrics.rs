use chrono::TimeDelta;
use patchbay_runtime::metrics::{
    Counter, CounterFamily, Gauge, GaugeF64, GaugeFamily, Histogram, HistogramFamily, LATENCY, SIZES,
};
use prometheus_client::encoding::EncodeLabelSet;

use crate::domain::after_attempt::Class;
use crate::domain::attempt::Attempt;

/// Labels of an attempt.
#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
pub struct AttemptLabels {
    /// `delivered`, `3xx`, `4xx`, `5xx` or `no_answer`.
    pub outcome: &'static str,
    /// Why there was no response; empty with one.
    pub cause: &'static str,
}

/// The outcome of an attempt, without the cause.
#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
pub struct OutcomeLabels {
    /// As in [`AttemptLabels`].
    pub outcome: &'static str,
}

/// The reason of a state.
#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
pub struct ReasonLabels {
    /// A short word of a closed list.
    pub reason: String,
}

/// The state of an endpoint.
#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
pub struct StateLabels {
    /// A short word of a closed list.
    pub state: &'static str,
}

patchbay_runtime::metrics! {
    /// Metrics of the webhook sender.
    pub struct SenderMetrics in "webhook_sender" {
        /// Webhooks taken from the bus.
        pub received: Counter,
        /// Webhooks taken from the bus that were recorded already.
        pub repeated: Counter,
        /// Messages with unreadable content, which became poison messages.
        pub malformed: Counter,
        /// Delivered webhooks: the app answered with a 2xx status.
        pub delivered: Counter,
        /// Attempts, by outcome and cause.
        pub attempts: CounterFamily<AttemptLabels>,
        /// Duration of an attempt in seconds.
        pub attempt_seconds: HistogramFamily<OutcomeLabels> = LATENCY,
        /// Seconds from the acceptance of an event to the 2xx response.
        pub delivery_seconds: Histogram = LATENCY,
        /// Webhooks that were given up, by reason.
        pub given_up: CounterFamily<ReasonLabels>,
        /// Times that a webhook was stored to be sent later, by reason: failed, slow, busy, overloaded, unknown, ordered, breaker_open, rate.
        pub postponed: CounterFamily<ReasonLabels>,
        /// Pending webhooks in the database.
        pub backlog: Gauge,
        /// Age of the oldest pending webhook in seconds.
        pub backlog_oldest_seconds: GaugeF64,
        /// Seconds that the longest overdue webhook has waited, except those that wait for a breaker or a limited rate.
        pub due_oldest_seconds: GaugeF64,
        /// Endpoints whose breaker is not closed, by state: open, draining.
        pub broken_endpoints: GaugeFamily<StateLabels>,
        /// Webhooks from the bus that are in memory.
        pub window_used: Gauge,
        /// Running attempts.
        pub places_used: Gauge,
        /// Connections to the database.
        pub database_connections: Gauge,
        /// Idle connections to the database.
        pub database_connections_idle: Gauge,
        /// Webhooks recorded in one transaction.
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
        self.postponed.get_or_create(&ReasonLabels { reason: reason.to_owned() }).inc();
    }
}
