//! The metrics of event-fanout.

use patchbay_runtime::metrics::{Counter, CounterFamily, Gauge, Histogram, LATENCY, SIZES};
use prometheus_client::encoding::EncodeLabelSet;

/// The source of an event.
#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
pub struct Source {
    /// `grpc` or `bus`.
    pub source: &'static str,
}

/// Why an event was refused.
#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
pub struct Refusal {
    /// The reason of the error, from a closed list.
    pub reason: String,
}

patchbay_runtime::metrics! {
    /// Metrics of event-fanout.
    pub struct FanoutMetrics in "event_fanout" {
        /// Events that became durable, by source: grpc, bus.
        pub accepted: CounterFamily<Source>,
        /// Events that were known already by their idempotency key.
        pub duplicates: Counter,
        /// Duplicates whose content differs from the event that has the idempotency key; they were not accepted.
        pub key_conflicts: Counter,
        /// Events and calls that were refused, by reason.
        pub refused: CounterFamily<Refusal>,
        /// Times that an event of the bus could not be stored and was kept for another attempt.
        pub store_retries: Counter,
        /// Events that became durable in one transaction.
        pub commit_size: Histogram = SIZES,
        /// Seconds that callers of gRPC waited for their events to be durable.
        pub accept_seconds: Histogram = LATENCY,
        /// Seconds of such a transaction.
        pub commit_seconds: Histogram = LATENCY,
        /// Deliveries that were published.
        pub handed_over: Counter,
        /// Events without a receiver.
        pub matched_none: Counter,
        /// Seconds from the publication of a message with deliveries to its confirm.
        pub confirm_seconds: Histogram = LATENCY,
        /// Messages with deliveries that were not confirmed; the recovery hands their events over again.
        pub hand_over_failures: Counter,
        /// Events left to the recovery because the queue of the hand-over was full.
        pub deferred: Counter,
        /// Events that were handed over again.
        pub recovered: Counter,
        /// Durable events that are not marked as handed over, in 100000 groups at most.
        pub unmarked: Gauge,
        /// Seconds since the oldest unmarked event was accepted.
        pub oldest_unmarked_seconds: Gauge,
        /// Events that this process is handing over.
        pub in_flight: Gauge,
        /// Events that were deleted at the end of their retention.
        pub expired: Counter,
        /// Custom event types.
        pub own_event_types: Gauge,
        /// Installations in the index of subscriptions.
        pub subscriptions: Gauge,
        /// Version of the index of subscriptions, -1 before the first snapshot.
        pub subscriptions_version: Gauge,
    }
}

impl FanoutMetrics {
    pub(crate) fn count_refusal(&self, error: &patchbay_domain::Error) {
        self.refused.get_or_create(&Refusal { reason: error.reason.to_string() }).inc();
    }

    pub(crate) fn count_accepted(&self, source: &'static str, events: usize) {
        self.accepted.get_or_create(&Source { source }).inc_by(events as u64);
    }
}
