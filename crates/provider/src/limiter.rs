//! How often trackers are called.

use std::collections::HashMap;
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use governor::clock::Clock as _;
use governor::middleware::NoOpMiddleware;
use governor::state::{InMemoryState, NotKeyed};
use governor::{Quota, RateLimiter};
use patchbay_domain::Clock;
use patchbay_runtime::sleep;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Calls in a second.
const RATE: NonZeroU32 = NonZeroU32::new(10).expect("it is not 0");
/// Calls at once after a pause.
const BURST: NonZeroU32 = NonZeroU32::new(20).expect("it is not 0");
/// Calls that run at once.
const PARALLEL: usize = 4;

/// The limits of all integrations. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Limiters {
    clock: Clock,
    of: Arc<Mutex<HashMap<i64, Limiter>>>,
}

/// The limit of one integration, or of one setup.
#[derive(Debug, Clone)]
pub(crate) struct Limiter {
    clock: Clock,
    bucket: Arc<RateLimiter<NotKeyed, InMemoryState, Elapsed, NoOpMiddleware<Duration>>>,
    running: Arc<Semaphore>,
}

/// The clock of the service, for the bucket.
#[derive(Debug, Clone)]
struct Elapsed(Clock);

impl governor::clock::Clock for Elapsed {
    type Instant = Duration;

    fn now(&self) -> Duration {
        self.0.elapsed()
    }
}

impl Limiters {
    /// No integration has called yet.
    pub fn new(clock: Clock) -> Self {
        Self { clock, of: Arc::default() }
    }

    /// The limit of an integration.
    pub(crate) fn of(&self, integration_id: i64) -> Limiter {
        let mut limiters = self.of.lock().unwrap_or_else(PoisonError::into_inner);
        limiters.entry(integration_id).or_insert_with(|| Limiter::new(self.clock.clone())).clone()
    }

    /// A limit for calls without an integration.
    pub(crate) fn fresh(&self) -> Limiter {
        Limiter::new(self.clock.clone())
    }

    /// Drops the limit of an integration that was removed.
    pub fn forget(&self, integration_id: i64) {
        self.of.lock().unwrap_or_else(PoisonError::into_inner).remove(&integration_id);
    }
}

impl Limiter {
    fn new(clock: Clock) -> Self {
        let quota = Quota::per_second(RATE).allow_burst(BURST);
        let bucket = RateLimiter::direct_with_clock(quota, Elapsed(clock.clone()));
        Self { clock, bucket: Arc::new(bucket), running: Arc::new(Semaphore::new(PARALLEL)) }
    }

    /// Waits until a call may start. The call ends when the permit is dropped.
    pub(crate) async fn admit(&self) -> OwnedSemaphorePermit {
        let permit = self.running.clone().acquire_owned().await.expect("the semaphore is never closed");
        while let Err(early) = self.bucket.check() {
            sleep(&self.clock, early.wait_time_from(Elapsed(self.clock.clone()).now())).await;
        }
        permit
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use patchbay_testkit::while_time_passes;

    use super::*;

    #[tokio::test]
    async fn after_a_burst_calls_wait_for_the_rate() {
        let (clock, hand) = Clock::manual(DateTime::UNIX_EPOCH);
        let limiters = Limiters::new(clock.clone());
        let limiter = limiters.of(1);
        for _ in 0..BURST.get() {
            drop(limiter.admit().await);
        }
        assert_eq!(clock.elapsed(), Duration::ZERO);
        let step = Duration::from_millis(50);
        drop(while_time_passes(&hand, step, "a call starts", limiter.admit()).await);
        assert!(clock.elapsed() >= Duration::from_millis(100));
        let before = clock.elapsed();
        drop(limiters.of(2).admit().await);
        assert_eq!(clock.elapsed(), before, "another integration does not wait");
    }
}
