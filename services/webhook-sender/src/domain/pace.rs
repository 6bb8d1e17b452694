//! How fast webhooks are sent to an endpoint: as fast as it takes them, until it answers 429.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

/// After a 429 the rate is this part of what the endpoint took, so that an unlucky moment does not exceed it again.
const PART: f64 = 0.9;
/// The rate grows with the square of the seconds since the pause: by a tenth in 22 s, to the twentyfold in 5 minutes.
const GROWTH: f64 = 0.0002;
/// The limit is forgotten when the endpoint has taken everything for this long.
const MEMORY: TimeDelta = TimeDelta::minutes(10);
/// The first rate of an endpoint that has taken nothing before its first 429, in webhooks per second.
const FIRST_RATE: f64 = 1.0;
const LOWEST_RATE: f64 = 0.1;
/// Pause after a 429 that names none. It doubles while nothing is taken in between.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
/// The longest pause of an endpoint. A single webhook may have to wait longer.
const LONGEST_PAUSE: Duration = Duration::from_secs(300);
/// The rate is measured over the last two to four seconds.
const MEASURED: TimeDelta = TimeDelta::seconds(2);

/// The pace of one endpoint, as one replica knows it.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Pace {
    state: State,
    /// Webhooks that were sent since `since` and taken.
    taken: u32,
    since: DateTime<Utc>,
}

#[derive(Debug, Clone, Copy, Default)]
enum State {
    #[default]
    Free,
    /// The endpoint answered 429.
    Paused {
        at: DateTime<Utc>,
        until: DateTime<Utc>,
        /// The rate until then.
        rate: Option<f64>,
        /// Pauses in a row in between which nothing was taken.
        in_a_row: u32,
    },
    Limited {
        /// The end of the pause.
        since: DateTime<Utc>,
        rate: f64,
        in_a_row: u32,
    },
}

/// When and how fast webhooks may be sent.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Speed {
    Unlimited,
    /// In webhooks per second.
    Limited(f64),
    PausedUntil(DateTime<Utc>),
}

impl Pace {
    /// The endpoint took a webhook.
    pub(crate) fn taken(&mut self, sent_at: DateTime<Utc>, now: DateTime<Utc>) {
        let measured = now - self.since;
        if measured < TimeDelta::zero() || measured > MEASURED * 4 {
            (self.taken, self.since) = (0, sent_at);
        } else if measured > MEASURED * 2 {
            (self.taken, self.since) = (self.taken / 2, now - MEASURED);
        }
        self.taken = self.taken.saturating_add(u32::from(sent_at >= self.since));
    }

    /// The endpoint answered 429. Only the first answer of a burst changes the rate.
    pub(crate) fn refused(&mut self, retry_after: Option<Duration>, now: DateTime<Utc>) {
        let (rate, in_a_row) = match self.state {
            State::Paused { ref mut until, .. } => {
                *until = (*until).max(end_of_pause(retry_after.unwrap_or_default(), now));
                return;
            }
            State::Free => (None, 0),
            State::Limited { rate, .. } if self.taken > 0 => (Some(rate), 0),
            State::Limited { rate, in_a_row, .. } => (Some(rate), in_a_row + 1),
        };
        let own = FIRST_PAUSE.saturating_mul(2_u32.saturating_pow(in_a_row));
        let until = end_of_pause(retry_after.unwrap_or_default().max(own), now);
        self.state = State::Paused { at: now, until, rate, in_a_row };
    }

    pub(crate) fn speed(&mut self, now: DateTime<Utc>) -> Speed {
        if let State::Paused { at, until, rate, in_a_row } = self.state {
            if now < until && until <= end_of_pause(LONGEST_PAUSE, now) {
                return Speed::PausedUntil(until);
            }
            // Not before the end of the pause, because answers to webhooks that were under way come until then.
            let seconds = (at - self.since).as_seconds_f64().max(1.0);
            let rate = match self.taken {
                0 => rate.map_or(FIRST_RATE, |rate| rate / 2.0),
                taken => f64::from(taken) / seconds * PART,
            };
            self.state = State::Limited { since: now, rate: rate.max(LOWEST_RATE), in_a_row };
            (self.taken, self.since) = (0, now);
        }
        match self.state {
            State::Limited { since, rate, .. } if now - since <= MEMORY => {
                let seconds = (now - since).as_seconds_f64().max(0.0);
                Speed::Limited(rate * (1.0 + GROWTH * seconds * seconds))
            }
            _ => {
                self.state = State::Free;
                Speed::Unlimited
            }
        }
    }
}

impl Speed {
    /// With the limit that the app has set, in webhooks per second.
    pub(crate) fn at_most(self, limit: Option<u32>) -> Self {
        match (self, limit.map(f64::from)) {
            (Self::Unlimited, Some(limit)) => Self::Limited(limit),
            (Self::Limited(rate), Some(limit)) => Self::Limited(rate.min(limit)),
            (speed, _) => speed,
        }
    }
}

fn end_of_pause(pause: Duration, now: DateTime<Utc>) -> DateTime<Utc> {
    now + TimeDelta::from_std(pause.min(LONGEST_PAUSE)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(millis: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_700_000_000, 0).unwrap() + TimeDelta::milliseconds(millis)
    }

    fn seconds(seconds: u64) -> Option<Duration> {
        Some(Duration::from_secs(seconds))
    }

    #[test]
    fn an_endpoint_that_takes_everything_is_not_limited() {
        let mut pace = Pace::default();
        (0..1000).for_each(|n| pace.taken(at(n), at(n + 5)));
        assert_eq!(pace.speed(at(2000)), Speed::Unlimited);
        assert_eq!(pace.speed(at(2000)).at_most(Some(7)), Speed::Limited(7.0));
    }

    #[test]
    fn after_a_burst_the_rate_is_a_little_less_than_what_was_taken() {
        let mut pace = Pace::default();
        // The refusals come first, although five webhooks of the burst were taken.
        (0..3).for_each(|n| pace.refused(seconds(3), at(10 + n)));
        (0..5).for_each(|n| pace.taken(at(n), at(30)));
        assert_eq!(pace.speed(at(2000)), Speed::PausedUntil(at(3012)));
        assert_eq!(pace.speed(at(2000)).at_most(Some(7)), Speed::PausedUntil(at(3012)));
        assert_eq!(pace.speed(at(3012)), Speed::Limited(4.5));
        assert_eq!(pace.speed(at(3012)).at_most(Some(2)), Speed::Limited(2.0));
    }

    #[test]
    fn the_rate_grows_slowly_at_first_and_is_forgotten_in_the_end() {
        let mut pace = Pace::default();
        pace.taken(at(0), at(0));
        pace.refused(None, at(0));
        let rates = [1, 11, 31, 301].map(|second| match pace.speed(at(second * 1000)) {
            Speed::Limited(rate) => (rate / 0.9 * 100.0).round() as i64,
            other => panic!("{other:?}"),
        });
        assert_eq!(rates, [100, 102, 118, 1900], "in percent");
        assert_eq!(pace.speed(at(601_001)), Speed::Unlimited);
    }

    #[test]
    fn pauses_grow_while_nothing_is_taken_and_the_rate_halves() {
        let mut pace = Pace::default();
        let (mut now, mut pauses, mut rates) = (0, Vec::new(), Vec::new());
        for _ in 0..12 {
            pace.refused(None, at(now));
            let Speed::PausedUntil(until) = pace.speed(at(now)) else { panic!("no pause") };
            pauses.push((until - at(now)).num_seconds());
            now = (until - at(0)).num_milliseconds();
            let Speed::Limited(rate) = pace.speed(until) else { panic!("no rate") };
            rates.push(rate);
        }
        assert_eq!(pauses, [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300]);
        assert_eq!(rates[..5], [1.0, 0.5, 0.25, 0.125, 0.1]);
    }

    #[test]
    fn a_day_of_pause_for_one_webhook_is_minutes_for_the_endpoint() {
        let mut pace = Pace::default();
        pace.refused(seconds(86_400), at(0));
        assert_eq!(pace.speed(at(0)), Speed::PausedUntil(at(300_000)));
        // The clock was set back by an hour.
        assert!(matches!(pace.speed(at(-3_600_000)), Speed::Limited(_)));
    }

    /// A receiver that takes `rate` webhooks in each second, and sending at the pace in steps of 10 ms.
    fn simulate(rate: u32, webhooks: u32, retry_after: Option<Duration>) -> (i64, u32) {
        let (mut pace, mut left, mut refused, mut next) = (Pace::default(), webhooks, 0, 0.0);
        let (mut second, mut in_second, mut now) = (0, 0, 0_i64);
        while left > 0 {
            let may_send = match pace.speed(at(now)) {
                Speed::Unlimited => 8,
                Speed::PausedUntil(_) => 0,
                Speed::Limited(rate) if next <= now as f64 => {
                    next = now as f64 + 1000.0 / rate;
                    1
                }
                Speed::Limited(_) => 0,
            };
            for _ in 0..may_send.min(left) {
                if now / 1000 > second {
                    (second, in_second) = (now / 1000, 0);
                }
                if in_second < rate {
                    (in_second, left) = (in_second + 1, left - 1);
                    pace.taken(at(now), at(now));
                } else {
                    refused += 1;
                    pace.refused(retry_after, at(now));
                }
            }
            now += 10;
        }
        (now / 1000, refused)
    }

    #[test]
    fn a_receiver_with_a_limit_gets_webhooks_at_about_that_rate() {
        for (rate, webhooks, retry_after) in [
            (5, 150, seconds(3)),
            (5, 600, seconds(3)),
            (5, 150, None),
            (50, 3000, seconds(1)),
            (1, 60, None),
        ] {
            let (took, refused) = simulate(rate, webhooks, retry_after);
            let ideal = i64::from(webhooks / rate);
            assert!(took <= ideal * 3 / 2, "{webhooks} at {rate}: {took} s instead of {ideal} s");
            assert!(refused < webhooks / 5, "{webhooks} at {rate}: {refused} refused");
        }
    }

    proptest! {
        #[test]
        fn the_rate_and_the_pause_stay_within_bounds(
            steps in prop::collection::vec((0..10_000_i64, any::<bool>(), prop::option::of(0..100_000_u64)), 1..100),
        ) {
            let (mut pace, mut now) = (Pace::default(), 0);
            for (millis, taken, retry_after) in steps {
                now += millis;
                if taken {
                    pace.taken(at(now), at(now));
                } else {
                    pace.refused(retry_after.map(Duration::from_secs), at(now));
                }
                match pace.speed(at(now)) {
                    Speed::Unlimited => {}
                    Speed::Limited(rate) => prop_assert!(rate.is_finite() && rate >= LOWEST_RATE),
                    Speed::PausedUntil(until) => prop_assert!(until <= at(now) + TimeDelta::seconds(300)),
                }
            }
        }
    }
}
