//! Waiting on a [`Clock`], so that the same loop uses the system time in production and a manual clock in
//! tests.

use std::future::poll_fn;
use std::time::Duration;

use chrono::{DateTime, Utc};
use patchbay_domain::Clock;

/// How often to check the clock: it can be set, or the machine suspended, while a timer runs.
const LONGEST_TIMER: Duration = Duration::from_secs(60);

/// Returns once `clock` shows `due` or later.
///
/// On a manual clock only `ManualClock::advance` ends the wait. Cancel safe.
pub async fn sleep_until(clock: &Clock, due: DateTime<Utc>) {
    while clock.now() < due {
        match clock.timer_until(due) {
            // A timer has a resolution of 1 ms and `now()` is truncated to microseconds, so wait at least
            // that long.
            Some(rest) => tokio::time::sleep(rest.clamp(Duration::from_millis(1), LONGEST_TIMER)).await,
            None => return poll_fn(|cx| clock.poll_reached(due, cx)).await,
        }
    }
}

/// Returns once `period` has passed since the first poll. Setting the system clock does not change the
/// period: a loop that runs every second keeps its pace when the time is set back by an hour. Cancel safe.
pub async fn sleep(clock: &Clock, period: Duration) {
    if clock.runs() {
        return tokio::time::sleep(period).await;
    }
    let due = clock.elapsed().saturating_add(period);
    poll_fn(|cx| clock.poll_elapsed(due, cx)).await;
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use futures::FutureExt;

    use super::*;

    fn noon() -> DateTime<Utc> {
        DateTime::from_timestamp(1_700_000_000, 0).unwrap()
    }

    #[tokio::test]
    async fn a_manual_clock_ends_the_wait_when_it_reaches_the_moment() {
        let (clock, hand) = Clock::manual(noon());
        let waiting = tokio::spawn({
            let clock = clock.clone();
            async move { sleep_until(&clock, noon() + TimeDelta::seconds(5)).await }
        });
        hand.advance(Duration::from_secs(4));
        tokio::task::yield_now().await;
        assert!(!waiting.is_finished());
        hand.advance(Duration::from_secs(1));
        tokio::time::timeout(Duration::from_secs(5), waiting).await.expect("woken").unwrap();
    }

    #[tokio::test]
    async fn a_moment_that_has_passed_is_not_waited_for() {
        let (clock, _hand) = Clock::manual(noon());
        assert!(sleep_until(&clock, noon()).now_or_never().is_some());
        assert!(sleep_until(&Clock::system(), noon()).now_or_never().is_some());
    }

    #[tokio::test]
    async fn the_system_clock_has_reached_the_moment_when_the_wait_ends() {
        let clock = Clock::system();
        let due = clock.now() + TimeDelta::milliseconds(20);
        sleep_until(&clock, due).await;
        assert!(clock.now() >= due);
    }

    #[tokio::test]
    async fn setting_the_clock_does_not_change_a_period() {
        let (clock, hand) = Clock::manual(noon());
        for set in [TimeDelta::hours(-1), TimeDelta::days(1)] {
            let mut period = Box::pin(sleep(&clock, Duration::from_secs(5)));
            assert!(period.as_mut().now_or_never().is_none());
            hand.set(set);
            assert!(period.as_mut().now_or_never().is_none());
            hand.advance(Duration::from_secs(5));
            assert!(period.as_mut().now_or_never().is_some());
        }
    }

    #[tokio::test]
    async fn a_period_beyond_the_calendar_waits_and_does_not_overflow() {
        let (clock, hand) = Clock::manual(noon());
        let mut forever = Box::pin(sleep(&clock, Duration::MAX));
        assert!(forever.as_mut().now_or_never().is_none());
        hand.advance(Duration::from_secs(3600));
        assert!(forever.as_mut().now_or_never().is_none());
    }
}
