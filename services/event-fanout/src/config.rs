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
    /// How long an event may stay without a confirmed hand-over before it is handed over again.
    pub recover_after: Duration,
    /// How long the hand-over may stall while events wait, before the process is not ready.
    pub stall_after: Duration,
    /// How long events are kept, for explanations and for receivers that fetch missed webhooks.
    pub retention: Duration,
    /// How long idempotency keys are kept.
    pub idempotency_window: Duration,
    /// Messages of the bus in progress at once.
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
                "How long an event may stay without a confirmed hand-over before it is handed over again.",
            ),
            stall_after: settings.get(
                "FANOUT_STALL_AFTER",
                "2m",
                "`/readyz` answers 503 when no message with deliveries was confirmed or failed for this long, while events wait to be handed over.",
            ),
            retention: settings.get(
                "FANOUT_RETENTION",
                "14d",
                "How long accepted events are kept, for explanations and for receivers that fetch missed webhooks. PostgreSQL deletes whole days at once.",
            ),
            idempotency_window: settings.get(
                "FANOUT_IDEMPOTENCY_WINDOW",
                "1d",
                "How long idempotency keys are kept. A second event with the same key is not accepted in that time.",
            ),
            consumer_window: settings.get(
                "FANOUT_CONSUMER_WINDOW",
                "1000",
                "Messages of the bus in progress at once.",
            ),
        }
    }
}
