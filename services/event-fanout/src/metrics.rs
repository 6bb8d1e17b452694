//! What event-fanout counts.

use patchbay_runtime::metrics::{Counter, CounterFamily, Gauge, Histogram, LATENCY, SIZES};
use prometheus_client::encoding::EncodeLabelSet;

/// How an event came in.
#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
pub struct Source {
    /// `grpc` or `bus`.
    pub source: &'static str,
}

/// Why an event was refused.
#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
pub struct Refusal {
    /// The reason of the error, one of a closed list.
    pub reason: String,
}

patchbay_runtime::metrics! {
    /// What event-fanout counts.
    pub struct FanoutMetrics in "event_fanout" {
        /// Events that became durable, by the way they came in.
        pub accepted: CounterFamily<Source>,
        /// Events that were known already by their idempotency key.
        pub duplicates: Counter,
        /// Duplicates whose content differs from the event that has the idempotency key; they were not accepted.
        pub key_conflicts: Counter,
        /// Events and calls that were refused, by reason.
        pub refused: CounterFamily<Refusal>,
        /// Times that an event of the bus could not be stored and was kept for another try.
        pub store_retries: Counter,
        /// Events that became durable together.
        pub commit_size: Histogram = SIZES,
        /// Seconds that callers of gRPC waited for their events to be durable.
        pub accept_seconds: Histogram = LATENCY,
        /// Seconds it took to make them durable.
        pub commit_seconds: Histogram = LATENCY,
        /// Deliveries that were published.
        pub handed_over: Counter,
        /// Events that no installation gets.
        pub matched_none: Counter,
        /// Seconds from the publishing of deliveries to the confirm.
        pub confirm_seconds: Histogram = LATENCY,
        /// Messages with deliveries that were not confirmed; the recovery makes up for them.
        pub hand_over_failures: Counter,
        /// Events left to the recovery because there was no room to hand them over.
        pub deferred: Counter,
        /// Events that were handed over again.
        pub recovered: Counter,
        /// Events that are durable and not marked as handed over; those of 100000 groups and no more.
        pub unmarked: Gauge,
        /// Seconds since the oldest of them was accepted.
        pub oldest_unmarked_seconds: Gauge,
        /// Events that this process is handing over.
        pub in_flight: Gauge,
        /// Events that were deleted because they were older than they are kept.
        pub expired: Counter,
        /// Event types of the operator's own.
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
