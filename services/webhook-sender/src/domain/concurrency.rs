//! How many attempts may run at one endpoint at once.

use std::time::Duration;

/// A number that follows what the endpoint can take: it grows while all places are used and answers come as
/// fast as they used to, and shrinks when they get slow or stop coming.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Concurrency {
    limit: f64,
    highest: f64,
    /// How long an answer takes when the endpoint is at ease, in seconds.
    at_ease: f64,
    /// How long answers took lately, in seconds.
    typical: f64,
}

/// How an attempt at the endpoint went.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sample {
    pub took: Duration,
    /// There was an answer, of whatever kind.
    pub answered: bool,
    /// Others had to wait for a place.
    pub crowded: bool,
}

const FIRST: f64 = 8.0;
const LOWEST: f64 = 2.0;
/// Slower than this many times the time at ease means that requests queue up over there,
const SLOW: f64 = 3.0;
/// unless it is about times so short that they say more about our side.
const UNREMARKABLE: f64 = 0.025;

impl Concurrency {
    pub(crate) fn new(highest: u32) -> Self {
        let highest = f64::from(highest.max(1));
        Self { limit: FIRST.min(highest), highest, at_ease: 0.0, typical: 0.0 }
    }

    /// Places, from now on.
    pub(crate) fn places(&self) -> u32 {
        self.limit as u32
    }

    /// How long an attempt took lately, on average.
    pub(crate) fn typical(&self) -> Duration {
        Duration::from_secs_f64(self.typical.max(0.0))
    }

    /// Learns from an attempt.
    pub(crate) fn learn(&mut self, sample: Sample) {
        let took = sample.took.as_secs_f64();
        self.typical += (took - self.typical) / 8.0;
        let lowest = LOWEST.min(self.highest);
        if !sample.answered {
            self.limit = (self.limit * 0.75).max(lowest);
            return;
        }
        // Falls at once and rises slowly: an endpoint that became slower for good is at ease again after a while.
        self.at_ease = if self.at_ease == 0.0 || took < self.at_ease {
            took
        } else {
            self.at_ease + (took - self.at_ease) / 512.0
        };
        if self.typical > (self.at_ease * SLOW).max(UNREMARKABLE) {
            self.limit = (self.limit - 1.0 / self.limit).max(lowest);
        } else if sample.crowded {
            self.limit = (self.limit + 0.25).min(self.highest);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn after(samples: u32, took_ms: u64, answered: bool, crowded: bool) -> Concurrency {
        let mut concurrency = Concurrency::new(64);
        let sample = Sample { took: Duration::from_millis(took_ms), answered, crowded };
        (0..samples).for_each(|_| concurrency.learn(sample));
        concurrency
    }

    #[test]
    fn it_grows_only_where_places_are_wanted() {
        assert_eq!(after(0, 1, true, true).places(), 8);
        assert_eq!(after(1000, 1, true, true).places(), 64);
        assert_eq!(after(1000, 200, true, true).places(), 64, "slow, but not slower than ever");
        assert_eq!(after(1000, 1, true, false).places(), 8);
    }

    #[test]
    fn an_endpoint_that_hangs_keeps_a_few_places() {
        assert_eq!(after(10, 5000, false, true).places(), 2);
        assert_eq!(Concurrency::new(1).places(), 1);
    }

    #[test]
    fn an_endpoint_that_gets_slow_gets_less_and_more_again_when_it_recovers() {
        let mut concurrency = after(1000, 20, true, true);
        let mut learn = |ms, times| {
            let sample = Sample { took: Duration::from_millis(ms), answered: true, crowded: true };
            (0..times).for_each(|_| concurrency.learn(sample));
            concurrency.places()
        };
        let squeezed = learn(400, 100);
        assert!(squeezed < 64, "{squeezed}");
        assert_eq!(learn(20, 400), 64);
    }

    proptest! {
        #[test]
        fn there_is_always_a_place_and_never_more_than_allowed(
            highest in 1..200_u32,
            samples in prop::collection::vec((0..10_000_u64, any::<bool>(), any::<bool>()), 0..200),
        ) {
            let mut concurrency = Concurrency::new(highest);
            for (ms, answered, crowded) in samples {
                concurrency.learn(Sample { took: Duration::from_millis(ms), answered, crowded });
                prop_assert!((1..=highest).contains(&concurrency.places()));
            }
        }
    }
}
