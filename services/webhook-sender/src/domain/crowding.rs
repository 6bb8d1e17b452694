//! Whether a webhook may wait in memory for its turn at an endpoint.

use std::time::Duration;

/// The longest a webhook waits in memory for its turn. Whoever would wait longer waits in the database.
pub(crate) const PATIENCE: Duration = Duration::from_millis(500);

/// How busy an endpoint is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Crowd {
    /// Attempts that may run at once, all of which do.
    pub places: u32,
    /// How many wait already.
    pub waiting: u32,
    /// How long an attempt took lately, on average.
    pub typical: Duration,
    /// For how long no place has been given away or back.
    pub stalled: Duration,
}

/// Whether the next place will probably be free within [`PATIENCE`]. An endpoint that answers keeps its queue
/// in memory however long that is; one that hangs is told by its stall before its first timeout.
pub(crate) fn may_wait(crowd: Crowd) -> bool {
    let rounds = crowd.waiting / crowd.places.max(1) + 1;
    crowd.typical.max(crowd.stalled).saturating_mul(rounds) <= PATIENCE
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
            let crowd = Crowd { places: 8, waiting, typical, stalled };
            assert_eq!(may_wait(crowd), expected, "{crowd:?}");
        }
    }
}
