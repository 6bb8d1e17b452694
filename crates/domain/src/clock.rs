//! Time as a parameter: the system clock in production, a manual clock in tests.
#![expect(clippy::disallowed_methods, reason = "everything else takes a `Clock`")]

use std::fmt;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use chrono::{DateTime, DurationRound, TimeDelta, Utc};

/// A source of the current time. Cheap to clone; clones of a manual clock share one time.
#[derive(Clone)]
pub struct Clock(Source);

#[derive(Clone)]
enum Source {
    System,
    Manual(Arc<Mutex<ManualState>>),
}

/// The origin of [`Clock::elapsed`].
static STARTED: LazyLock<Instant> = LazyLock::new(Instant::now);

struct ManualState {
    now: DateTime<Utc>,
    elapsed: Duration,
    waiting: Vec<Waker>,
}

impl Clock {
    /// The operating system's clock.
    pub fn system() -> Self {
        Self(Source::System)
    }

    /// A clock that stands still until its [`ManualClock`] advances it.
    pub fn manual(start: DateTime<Utc>) -> (Self, ManualClock) {
        let state = Arc::new(Mutex::new(ManualState {
            now: to_micros(start),
            elapsed: Duration::ZERO,
            waiting: Vec::new(),
        }));
        (Self(Source::Manual(state.clone())), ManualClock(state))
    }

    /// The current time in whole microseconds, the finest unit that PostgreSQL stores, so that a value read
    /// back from either database equals the value written.
    pub fn now(&self) -> DateTime<Utc> {
        match &self.0 {
            Source::System => to_micros(Utc::now()),
            Source::Manual(state) => lock(state).now,
        }
    }

    /// Time since a fixed moment in the life of this process. It is not affected when the system clock is
    /// set, so it is used to measure periods. Times that outlive the process come from [`Clock::now`].
    pub fn elapsed(&self) -> Duration {
        match &self.0 {
            Source::System => STARTED.elapsed(),
            Source::Manual(state) => lock(state).elapsed,
        }
    }

    /// How long a timer has to run until `due`. `None` if only a [`ManualClock`] can reach it.
    pub fn timer_until(&self, due: DateTime<Utc>) -> Option<Duration> {
        match &self.0 {
            Source::System => Some((due - Utc::now()).to_std().unwrap_or(Duration::ZERO)),
            Source::Manual(_) => None,
        }
    }

    /// Ready once the time is `due` or later. On a manual clock every advance wakes the task. On the system
    /// clock nothing wakes it; use [`Clock::timer_until`] and a timer.
    pub fn poll_reached(&self, due: DateTime<Utc>, cx: &mut Context<'_>) -> Poll<()> {
        self.poll(|clock| clock.now() >= due, |state| state.now >= due, cx)
    }

    /// Ready once [`Clock::elapsed`] is `due` or more; the task is woken as for [`Clock::poll_reached`].
    pub fn poll_elapsed(&self, due: Duration, cx: &mut Context<'_>) -> Poll<()> {
        self.poll(|clock| clock.elapsed() >= due, |state| state.elapsed >= due, cx)
    }

    /// Whether time passes by itself, so that a timer can wait for it.
    pub fn runs(&self) -> bool {
        matches!(self.0, Source::System)
    }

    fn poll(
        &self,
        by_itself: impl Fn(&Self) -> bool,
        by_hand: impl Fn(&ManualState) -> bool,
        cx: &mut Context<'_>,
    ) -> Poll<()> {
        match &self.0 {
            Source::System if by_itself(self) => Poll::Ready(()),
            Source::System => Poll::Pending,
            Source::Manual(state) => {
                let mut state = lock(state);
                if by_hand(&state) {
                    return Poll::Ready(());
                }
                // A loop polls many times between two advances, so a task is registered only once.
                if !state.waiting.iter().any(|waiting| waiting.will_wake(cx.waker())) {
                    state.waiting.push(cx.waker().clone());
                }
                Poll::Pending
            }
        }
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Source::System => f.write_str("Clock::system"),
            Source::Manual(_) => write!(f, "Clock::manual({})", self.now()),
        }
    }
}

/// Controls the time of a manual [`Clock`].
#[derive(Clone)]
pub struct ManualClock(Arc<Mutex<ManualState>>);

impl ManualClock {
    /// Advances the time and wakes everything that waits for a time or a period.
    pub fn advance(&self, step: Duration) {
        self.change(|state| {
            state.now += TimeDelta::from_std(step).unwrap_or(TimeDelta::MAX);
            state.elapsed = state.elapsed.saturating_add(step);
        });
    }

    /// Sets the clock forward (or back, if `by` is negative) although no time has passed, as an administrator
    /// or a time server does.
    pub fn set(&self, by: TimeDelta) {
        self.change(|state| state.now += by);
    }

    fn change(&self, change: impl FnOnce(&mut ManualState)) {
        let woken = {
            let mut state = lock(&self.0);
            change(&mut state);
            std::mem::take(&mut state.waiting)
        };
        woken.into_iter().for_each(Waker::wake);
    }
}

impl fmt::Debug for ManualClock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ManualClock({})", lock(&self.0).now)
    }
}

fn lock(state: &Mutex<ManualState>) -> std::sync::MutexGuard<'_, ManualState> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

fn to_micros(t: DateTime<Utc>) -> DateTime<Utc> {
    t.duration_trunc(TimeDelta::microseconds(1)).unwrap_or(t)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manual_clock_stands_still_until_it_is_advanced() {
        let start = DateTime::from_timestamp(1_566_248_777, 0).unwrap();
        let (clock, hand) = Clock::manual(start);
        assert_eq!(clock.now(), start);
        hand.advance(Duration::from_secs(5));
        assert_eq!(clock.clone().now(), start + TimeDelta::seconds(5));
    }

    #[test]
    fn setting_a_clock_lets_no_time_pass() {
        let (clock, hand) = Clock::manual(DateTime::UNIX_EPOCH);
        hand.advance(Duration::from_secs(5));
        hand.set(TimeDelta::hours(-1));
        assert_eq!(clock.now(), DateTime::UNIX_EPOCH - TimeDelta::seconds(3595));
        assert_eq!(clock.elapsed(), Duration::from_secs(5));
    }

    #[test]
    fn the_time_has_no_more_than_microseconds() {
        assert_eq!(Clock::system().now().timestamp_subsec_nanos() % 1_000, 0);
    }
}
