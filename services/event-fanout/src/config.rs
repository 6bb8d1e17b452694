//! What an operator may set.

use std::time::Duration;

use patchbay_runtime::{ByteSize, Settings};

/// Settings of event-fanout.
#[derive(Clone, Debug)]
pub struct Config {
    /// Memory for events between their arrival and their hand-over.
    pub event_memory: ByteSize,
    /// Memory for deliveries that the sender has not confirmed.
    pub delivery_memory: ByteSize,
    /// How long a caller waits for room before it is refused as overloaded.
    pub accept_patience: Duration,
    /// After how long an event that was not marked as handed over is handed over again.
    pub recover_after: Duration,
    /// For how long the hand-over may stand still, although there are events, before the process is not ready.
    pub stall_after: Duration,
    /// How long events are kept, for explanations and for receivers to fetch what they missed.
    pub retention: Duration,
    /// How long idempotency keys are known.
    pub idempotency_window: Duration,
    /// Messages of the bus that are worked on at once.
    pub consumer_window: u16,
}

impl Config {
    /// Declares and reads the settings.
    pub fn read(settings: &Settings) -> Self {
        let settings = settings.section("Event fan-out");
        Self {
            event_memory: settings.get(
                "FANOUT_EVENT_MEMORY",
                "64MiB",
                "Memory for events between their arrival and their hand-over; at least 32MiB is used.",
            ),
            delivery_memory: settings.get(
                "FANOUT_DELIVERY_MEMORY",
                "64MiB",
                "Memory for deliveries that the sender has not confirmed; at least 4MiB is used.",
            ),
            accept_patience: settings.get(
                "FANOUT_ACCEPT_PATIENCE",
                "1s",
                "How long a caller waits for room before it is refused as overloaded.",
            ),
            recover_after: settings.get(
                "FANOUT_RECOVER_AFTER",
                "5s",
                "After how long an event that was not marked as handed over is handed over again.",
            ),
            stall_after: settings.get(
                "FANOUT_STALL_AFTER",
                "2m",
                "For how long no message with deliveries may be confirmed or fail, although events wait to be handed over, before `/readyz` says 503.",
            ),
            retention: settings.get(
                "FANOUT_RETENTION",
                "14d",
                "How long accepted events are kept, for explanations and for receivers to fetch what they missed. In PostgreSQL whole days go at once.",
            ),
            idempotency_window: settings.get(
                "FANOUT_IDEMPOTENCY_WINDOW",
                "1d",
                "For how long a second event with the same idempotency key is recognised.",
            ),
            consumer_window: settings.get(
                "FANOUT_CONSUMER_WINDOW",
                "1000",
                "Messages of the bus that are worked on at once.",
            ),
        }
    }
}
