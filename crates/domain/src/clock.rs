//! Time as a parameter: the system's clock in production, a clock moved by hand in tests.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use chrono::{DateTime, DurationRound, TimeDelta, Utc};

/// Tells the time. Cheap to clone; clones of a manual clock share one time.
#[derive(Clone)]
pub struct Clock(Source);

#[derive(Clone)]
enum Source {
    System,
    Manual(Arc<Mutex<ManualState>>),
}

struct ManualState {
    now: DateTime<Utc>,
    waiting: Vec<Waker>,
}

impl Clock {
    /// The operating system's clock.
    pub fn system() -> Self {
        Self(Source::System)
    }

    /// A clock that stands still until its [`ManualClock`] advances it.
    pub fn manual(start: DateTime<Utc>) -> (Self, ManualClock) {
        let state = Arc::new(Mutex::new(ManualState { now: to_micros(start), waiting: Vec::new() }));
        (Self(Source::Manual(state.clone())), ManualClock(state))
    }

    /// The present moment in whole microseconds: the finest unit PostgreSQL keeps, so that a value
    /// read back from either engine equals the value written.
    pub fn now(&self) -> DateTime<Utc> {
        match &self.0 {
            Source::System => to_micros(Utc::now()),
            Source::Manual(state) => lock(state).now,
        }
    }

    /// How long a timer has to run until `due`: `None` when only a [`ManualClock`] can bring it about.
    pub fn timer_until(&self, due: DateTime<Utc>) -> Option<Duration> {
        match &self.0 {
            Source::System => Some((due - Utc::now()).to_std().unwrap_or(Duration::ZERO)),
            Source::Manual(_) => None,
        }
    }

    /// Ready once the time is `due` or later. On a manual clock the task is woken by every advance;
    /// on the system clock nothing wakes it, use [`Clock::timer_until`] and a timer.
    pub fn poll_reached(&self, due: DateTime<Utc>, cx: &mut Context<'_>) -> Poll<()> {
        match &self.0 {
            Source::System if Utc::now() >= due => Poll::Ready(()),
            Source::System => Poll::Pending,
            Source::Manual(state) => {
                let mut state = lock(state);
                if state.now >= due {
                    return Poll::Ready(());
                }
                // A loop polls many times between two advances: one entry for a task is enough.
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

/// Moves the time of a manual [`Clock`].
#[derive(Clone)]
pub struct ManualClock(Arc<Mutex<ManualState>>);

impl ManualClock {
    /// Moves the time on by `step` and wakes everything that waits for a moment.
    pub fn advance(&self, step: Duration) {
        let woken = {
            let mut state = lock(&self.0);
            state.now += TimeDelta::from_std(step).unwrap_or(TimeDelta::MAX);
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
    fn the_time_has_no_more_than_microseconds() {
        assert_eq!(Clock::system().now().timestamp_subsec_nanos() % 1_000, 0);
    }
}
