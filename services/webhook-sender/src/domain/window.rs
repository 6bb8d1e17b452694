//! Counts of recent attempts.

use std::time::Duration;

use chrono::{DateTime, Utc};

/// Parts of a window. It slides by one part at a time.
const PARTS: usize = 6;

/// A sliding window of counts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Window {
    parts: [Count; PARTS],
    /// Number of the newest part, counted from 1970.
    newest: i64,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Count {
    pub succeeded: u32,
    pub failed: u32,
}

impl Window {
    /// Counts one attempt. After a clock jump backwards it counts into the newest part.
    pub(crate) fn add(&mut self, success: bool, now: DateTime<Utc>, length: Duration) {
        self.forget(now, length);
        let part = &mut self.parts[self.newest.rem_euclid(PARTS as i64) as usize];
        let count = if success { &mut part.succeeded } else { &mut part.failed };
        *count = count.saturating_add(1);
    }

    /// The counts within the window that ends now.
    pub(crate) fn count(&mut self, now: DateTime<Utc>, length: Duration) -> Count {
        self.forget(now, length);
        self.parts.iter().fold(Count::default(), |sum, part| Count {
            succeeded: sum.succeeded.saturating_add(part.succeeded),
            failed: sum.failed.saturating_add(part.failed),
        })
    }

    fn forget(&mut self, now: DateTime<Utc>, length: Duration) {
        let part = i64::try_from(length.as_millis() / PARTS as u128).unwrap_or(i64::MAX).max(1);
        let current = now.timestamp_millis().div_euclid(part);
        let passed = current.saturating_sub(self.newest).clamp(0, PARTS as i64);
        for step in 1..=passed {
            self.parts[(current - passed + step).rem_euclid(PARTS as i64) as usize] = Count::default();
        }
        self.newest = self.newest.max(current);
    }
}

impl Count {
    /// Whether at least `min_failures` attempts failed, and at least `percent` of all.
    pub(crate) fn is_bad(self, min_failures: u32, percent: u32) -> bool {
        let (failed, all) = (u64::from(self.failed), u64::from(self.failed) + u64::from(self.succeeded));
        self.failed >= min_failures.max(1) && failed * 100 >= all * u64::from(percent)
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use proptest::prelude::*;

    use super::*;

    const MINUTE: Duration = Duration::from_secs(60);

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_700_000_000, 0).unwrap() + TimeDelta::seconds(seconds)
    }

    #[test]
    fn attempts_older_than_the_window_do_not_count() {
        let mut window = Window::default();
        window.add(false, at(0), MINUTE);
        window.add(true, at(30), MINUTE);
        assert_eq!(window.count(at(45), MINUTE), Count { succeeded: 1, failed: 1 });
        assert_eq!(window.count(at(75), MINUTE), Count { succeeded: 1, failed: 0 });
        assert_eq!(window.count(at(500), MINUTE), Count::default());
    }

    #[test]
    fn bad_is_a_rate_with_a_minimum() {
        for (succeeded, failed, bad) in
            [(0, 9, false), (0, 10, true), (10, 10, true), (11, 10, false), (1000, 10, false)]
        {
            assert_eq!(Count { succeeded, failed }.is_bad(10, 50), bad, "{succeeded} {failed}");
        }
    }

    proptest! {
        #[test]
        fn nothing_is_counted_twice_and_nothing_of_the_last_half_window_is_lost(
            moments in prop::collection::vec(0..200_i64, 1..50), jumps_back in any::<bool>(),
        ) {
            let mut moments = moments;
            if !jumps_back {
                moments.sort_unstable();
            }
            let mut window = Window::default();
            moments.iter().for_each(|moment| window.add(false, at(*moment), MINUTE));
            let last = *moments.iter().max().unwrap_or(&0);
            let counted = window.count(at(last), MINUTE).failed as usize;
            let recent = moments.iter().filter(|moment| last - **moment < 30).count();
            prop_assert!(counted <= moments.len());
            prop_assert!(jumps_back || counted >= recent, "{counted} of {recent}");
        }
    }
}
