//! Whether a webhook may wait in memory for a slot at its endpoint.

use std::time::Duration;

/// The longest wait in memory. A webhook that would wait longer waits in the database.
pub(crate) const PATIENCE: Duration = Duration::from_millis(500);

/// How busy an endpoint is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct QueuePressure {
    /// Slots of the endpoint, all in use.
    pub slots: u32,
    /// Webhooks that wait already.
    pub waiting: u32,
    /// The recent average duration of an attempt.
    pub typical: Duration,
    /// Time since a slot was last taken or given back.
    pub stalled: Duration,
}

/// Whether a slot will probably be free within [`PATIENCE`]. A responsive endpoint keeps its queue in memory. A hanging one is
/// detected by `stalled` before the first request times out.
pub(crate) fn may_wait(pressure: QueuePressure) -> bool {
    let rounds = pressure.waiting / pressure.slots.max(1) + 1;
    pressure.typical.max(pressure.stalled).saturating_mul(rounds) <= PATIENCE
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_queue_is_as_long_as_the_endpoint_is_fast() {
        let ms = Duration::from_millis;
        let cases = [
            // waiting, typical, stalled
            (0, ms(0), ms(0), true),
            (4000, ms(1), ms(0), false),
            (3900, ms(1), ms(0), true),
            (72, ms(50), ms(1), true),
            (80, ms(50), ms(1), false),
            (0, ms(400), ms(0), true),
            (8, ms(400), ms(0), false),
            (0, ms(5000), ms(0), false),
            (0, ms(1), ms(501), false),
            (16, ms(1), ms(200), false),
            (u32::MAX, ms(5000), Duration::MAX, false),
        ];
        for (waiting, typical, stalled, expected) in cases {
            let pressure = QueuePressure { slots: 8, waiting, typical, stalled };
            assert_eq!(may_wait(pressure), expected, "{pressure:?}");
        }
    }
}
