//! How many attempts may run at one endpoint at once.

use std::time::Duration;

/// An adaptive limit. It grows while webhooks wait for a slot and responses are as fast as usual, and shrinks when responses
/// slow down or stop.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Concurrency {
    limit: f64,
    highest: f64,
    /// Response time without load, in seconds.
    unloaded: f64,
    /// Recent average response time, in seconds.
    typical: f64,
}

/// How an attempt at the endpoint went.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sample {
    pub took: Duration,
    /// There was a response, successful or not.
    pub answered: bool,
    /// Webhooks were waiting for a slot.
    pub crowded: bool,
}

const FIRST: f64 = 8.0;
const LOWEST: f64 = 2.0;
/// A response that takes this many times the unloaded time means that requests queue up at the endpoint.
const SLOW: f64 = 3.0;
/// Response times below this many seconds never count as slow, because they depend more on our side.
const ALWAYS_FAST: f64 = 0.025;

impl Concurrency {
    pub(crate) fn new(highest: u32) -> Self {
        let highest = f64::from(highest.max(1));
        Self { limit: FIRST.min(highest), highest, unloaded: 0.0, typical: 0.0 }
    }

    pub(crate) fn slots(&self) -> u32 {
        self.limit as u32
    }

    /// The recent average duration of an attempt.
    pub(crate) fn typical(&self) -> Duration {
        Duration::from_secs_f64(self.typical.max(0.0))
    }

    pub(crate) fn learn(&mut self, sample: Sample) {
        let took = sample.took.as_secs_f64();
        self.typical += (took - self.typical) / 8.0;
        let lowest = LOWEST.min(self.highest);
        if !sample.answered {
            self.limit = (self.limit * 0.75).max(lowest);
            return;
        }
        // Falls at once and rises slowly, so an endpoint that became slower for good counts as unloaded again after a while.
        self.unloaded = if self.unloaded == 0.0 || took < self.unloaded {
            took
        } else {
            self.unloaded + (took - self.unloaded) / 512.0
        };
        if self.typical > (self.unloaded * SLOW).max(ALWAYS_FAST) {
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
    fn it_grows_only_while_webhooks_wait() {
        assert_eq!(after(0, 1, true, true).slots(), 8);
        assert_eq!(after(1000, 1, true, true).slots(), 64);
        assert_eq!(after(1000, 200, true, true).slots(), 64, "slow, but not slower than ever");
        assert_eq!(after(1000, 1, true, false).slots(), 8);
    }

    #[test]
    fn an_endpoint_that_hangs_keeps_a_few_slots() {
        assert_eq!(after(10, 5000, false, true).slots(), 2);
        assert_eq!(Concurrency::new(1).slots(), 1);
    }

    #[test]
    fn an_endpoint_that_slows_down_gets_fewer_slots_until_it_recovers() {
        let mut concurrency = after(1000, 20, true, true);
        let mut learn = |ms, times| {
            let sample = Sample { took: Duration::from_millis(ms), answered: true, crowded: true };
            (0..times).for_each(|_| concurrency.learn(sample));
            concurrency.slots()
        };
        let squeezed = learn(400, 100);
        assert!(squeezed < 64, "{squeezed}");
        assert_eq!(learn(20, 400), 64);
    }

    proptest! {
        #[test]
        fn there_is_always_a_slot_and_never_more_than_allowed(
            highest in 1..200_u32,
            samples in prop::collection::vec((0..10_000_u64, any::<bool>(), any::<bool>()), 0..200),
        ) {
            let mut concurrency = Concurrency::new(highest);
            for (ms, answered, crowded) in samples {
                concurrency.learn(Sample { took: Duration::from_millis(ms), answered, crowded });
                prop_assert!((1..=highest).contains(&concurrency.slots()));
            }
        }
    }
}
