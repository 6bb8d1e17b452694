//! How often an installation may refresh.

use std::collections::{HashMap, VecDeque};

use chrono::{DateTime, TimeDelta, Utc};
use patchbay_domain::{Error, Result};
use uuid::Uuid;

const ATTEMPTS: usize = 10;
const PERIOD: TimeDelta = TimeDelta::seconds(60);

/// Installations remembered at a time.
const MAX_KEYS: usize = 10_000;

/// The attempts of the last minute by app and installation.
///
/// In memory, one for each process: counting in the database would cost a write for every refused attempt,
/// which is the very load the limit is there to keep away. With several replicas an app gets a few times the
/// limit, which is as good.
#[derive(Debug, Default)]
pub(crate) struct RefreshLimit {
    attempts: HashMap<(i64, Uuid), VecDeque<DateTime<Utc>>>,
}

impl RefreshLimit {
    /// Counts an attempt, or refuses it; refused ones do not count.
    pub(crate) fn admit(&mut self, app_id: i64, installation: Uuid, now: DateTime<Utc>) -> Result<()> {
        self.make_room(now);
        let recent = self.attempts.entry((app_id, installation)).or_default();
        while recent.front().is_some_and(|attempt| is_over(*attempt, now)) {
            recent.pop_front();
        }
        if recent.len() >= ATTEMPTS {
            return Err(Error::too_many_requests("TOO_MANY_REFRESHES", "Too many token refresh attempts"));
        }
        recent.push_back(now);
        Ok(())
    }

    /// Forgets those who have been quiet; when nobody has, everybody. That lets a few attempts too many
    /// through, while a map without a bound could be made to eat the memory.
    fn make_room(&mut self, now: DateTime<Utc>) {
        if self.attempts.len() < MAX_KEYS {
            return;
        }
        self.attempts.retain(|_, recent| recent.back().is_some_and(|attempt| !is_over(*attempt, now)));
        if self.attempts.len() >= MAX_KEYS {
            self.attempts.clear();
        }
    }
}

fn is_over(attempt: DateTime<Utc>, now: DateTime<Utc>) -> bool {
    now - attempt >= PERIOD
}

#[cfg(test)]
mod tests {
    use super::*;

    const INSTALLATION: Uuid = Uuid::from_u128(1);

    fn second(n: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_700_000_000 + n, 0).unwrap()
    }

    #[test]
    fn the_eleventh_attempt_within_a_minute_is_refused() {
        let mut limit = RefreshLimit::default();
        for n in 0..10 {
            limit.admit(5, INSTALLATION, second(n)).unwrap();
        }
        let refused = limit.admit(5, INSTALLATION, second(59)).unwrap_err();
        assert_eq!(refused.message, "Too many token refresh attempts");
        limit.admit(5, INSTALLATION, second(60)).expect("the first attempt is a minute ago");
        assert!(limit.admit(5, INSTALLATION, second(60)).is_err(), "the second is not");
    }

    #[test]
    fn others_have_a_limit_of_their_own() {
        let mut limit = RefreshLimit::default();
        for _ in 0..10 {
            limit.admit(5, INSTALLATION, second(0)).unwrap();
        }
        limit.admit(6, INSTALLATION, second(0)).unwrap();
        limit.admit(5, Uuid::from_u128(2), second(0)).unwrap();
    }

    #[test]
    fn the_memory_is_bounded() {
        let mut limit = RefreshLimit::default();
        for n in 0..3 * MAX_KEYS as u128 {
            limit.admit(5, Uuid::from_u128(n), second(0)).unwrap();
            assert!(limit.attempts.len() <= MAX_KEYS);
        }
    }

    #[test]
    fn those_who_are_still_limited_are_kept_when_room_is_made() {
        let mut limit = RefreshLimit::default();
        for n in 0..MAX_KEYS as u128 - 1 {
            limit.admit(6, Uuid::from_u128(n), second(0)).unwrap();
        }
        for _ in 0..10 {
            limit.admit(5, INSTALLATION, second(100)).unwrap();
        }
        assert!(limit.admit(5, INSTALLATION, second(100)).is_err());
        assert_eq!(limit.attempts.len(), 1);
    }
}
