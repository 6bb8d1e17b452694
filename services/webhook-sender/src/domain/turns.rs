//! The turns of a limited rate, shared by all replicas through one time in the database.

use chrono::{DateTime, TimeDelta, Utc};

/// Webhooks whose turn passed unused may be sent together for this long, because no worker looks all the time.
const SLACK: TimeDelta = TimeDelta::milliseconds(100);
/// No turn is further away. One that seems to be was planned before the clock was set back.
const HORIZON: TimeDelta = TimeDelta::minutes(1);

/// The turns that a worker gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Turns {
    /// Webhooks that may be sent now.
    pub count: u32,
    /// When the next turn is.
    pub next_at: DateTime<Utc>,
}

/// At most `wanted` turns at a rate in webhooks per second. `next_at` is the next turn so far, if there was any.
pub(crate) fn take_turns(
    rate: f64,
    wanted: u32,
    next_at: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> Turns {
    let between = TimeDelta::microseconds((1e6 / rate.clamp(0.02, 1e6)) as i64);
    let first = next_at.filter(|next_at| *next_at <= now + HORIZON).unwrap_or(now).max(now - SLACK);
    let mut turns = Turns { count: 0, next_at: first };
    while turns.count < wanted && turns.next_at <= now {
        turns = Turns { count: turns.count + 1, next_at: turns.next_at + between };
    }
    turns
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(millis: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_700_000_000, 0).unwrap() + TimeDelta::milliseconds(millis)
    }

    #[test]
    fn turns_come_at_the_rate_and_late_ones_together() {
        let cases = [
            // rate, wanted, next turn, turns, next turn
            (5.0, 10, None, 1, 200),
            (5.0, 10, Some(0), 1, 200),
            (5.0, 10, Some(1), 0, 1),
            (5.0, 10, Some(-50), 1, 150),
            (5.0, 10, Some(-5000), 1, 100),
            (100.0, 10, Some(-50), 6, 10),
            (100.0, 10, Some(-5000), 10, 0),
            (100.0, 2, Some(-50), 2, -30),
            (5.0, 0, Some(-50), 0, -50),
            (5.0, 1, Some(3_600_000), 1, 200),
        ];
        for (rate, wanted, next_at, count, then) in cases {
            let turns = take_turns(rate, wanted, next_at.map(at), at(0));
            assert_eq!(turns, Turns { count, next_at: at(then) }, "{rate} {wanted} {next_at:?}");
        }
    }

    proptest! {
        #[test]
        fn no_second_has_more_than_the_rate_and_a_little(
            rate in 1..200_u32, steps in prop::collection::vec(0..300_i64, 1..200),
        ) {
            let (mut now, mut next_at, mut sent) = (0, None, Vec::new());
            for step in steps {
                now += step;
                let turns = take_turns(f64::from(rate), 1000, next_at, at(now));
                next_at = Some(turns.next_at);
                sent.extend(std::iter::repeat_n(now, turns.count as usize));
            }
            for start in &sent {
                let in_second = sent.iter().filter(|at| (*start..start + 1000).contains(*at)).count();
                prop_assert!(in_second as u32 <= rate + rate / 10 + 2, "{in_second} at {rate}");
            }
        }
    }
}
