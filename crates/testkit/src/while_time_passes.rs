use std::pin::pin;
use std::time::Duration;

use patchbay_domain::ManualClock;
use tokio::time::{Instant, sleep};

use crate::service::SOON;

/// Leaves the processor to the code under test between two steps of the clock.
const PAUSE: Duration = Duration::from_millis(50);

/// Waits for `work` while the clock advances by `step` again and again: for work that waits for several periods, one after the
/// other. The clock advances by at most 600 steps.
///
/// # Panics
///
/// With the description `what` if the work is not done [soon](SOON).
#[track_caller]
pub fn while_time_passes<T>(
    clock: &ManualClock,
    step: Duration,
    what: &str,
    work: impl Future<Output = T>,
) -> impl Future<Output = T> {
    let caller = std::panic::Location::caller();
    async move {
        let end = Instant::now() + SOON;
        let mut work = pin!(work);
        loop {
            tokio::select! {
                done = &mut work => return done,
                () = sleep(PAUSE) => clock.advance(step),
            }
            assert!(Instant::now() < end, "not within {SOON:?}: {what} (waited for at {caller})");
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use patchbay_domain::Clock;
    use patchbay_runtime::sleep;

    use super::*;

    const MINUTE: Duration = Duration::from_secs(60);

    #[tokio::test(start_paused = true)]
    async fn work_that_waits_twice_is_done() {
        let (clock, manual) = Clock::manual(DateTime::UNIX_EPOCH);
        let work = async {
            sleep(&clock, MINUTE).await;
            sleep(&clock, MINUTE).await;
            clock.elapsed()
        };
        assert_eq!(while_time_passes(&manual, MINUTE, "two minutes pass", work).await, 2 * MINUTE);
    }

    #[tokio::test(start_paused = true)]
    #[should_panic(expected = "the end of time")]
    async fn work_without_end_panics_with_the_description() {
        let (_, manual) = Clock::manual(DateTime::UNIX_EPOCH);
        while_time_passes(&manual, MINUTE, "the end of time", std::future::pending::<()>()).await;
    }
}
