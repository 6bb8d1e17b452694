//! The limit on refreshes of an installation: 10 in any 60 seconds, as Sentry's contract states it.
//!
//! `governor`, which limits requests in the gateway, is no replacement. Its algorithm (GCRA) refills evenly: with a burst of 10 it
//! admits the eleventh attempt after 6 seconds and up to 19 attempts in a minute; refilled once a minute it refuses attempts that the
//! contract admits. Its clock and the bound of its keys would not be in the way: both can be supplied.

use std::collections::{HashMap, VecDeque};

use chrono::{DateTime, TimeDelta, Utc};
use patchbay_domain::Error;
use uuid::Uuid;

const ATTEMPTS: usize = 10;
const PERIOD: TimeDelta = TimeDelta::seconds(60);

/// Installations counted at once.
const MAX_KEYS: usize = 10_000;

/// The attempts of the last minute by app and installation.
///
/// Each process counts in memory: counting in the database would cost a write for every refused attempt, which is the load
/// that the limit prevents. With several replicas an app gets a multiple of the limit, which is acceptable.
#[derive(Debug, Default)]
pub(crate) struct RefreshLimit {
    attempts: HashMap<(i64, Uuid), VecDeque<DateTime<Utc>>>,
}

impl RefreshLimit {
    /// Counts an admitted attempt. Refused attempts do not count; the error is the time until the next one is admitted.
    pub(crate) fn admit(
        &mut self,
        app_id: i64,
        installation: Uuid,
        now: DateTime<Utc>,
    ) -> Result<(), TimeDelta> {
        self.make_room(now);
        let recent = self.attempts.entry((app_id, installation)).or_default();
        while recent.front().is_some_and(|attempt| is_over(*attempt, now)) {
            recent.pop_front();
        }
        if recent.len() >= ATTEMPTS {
            return Err(recent.front().map_or(PERIOD, |oldest| *oldest + PERIOD - now));
        }
        recent.push_back(now);
        Ok(())
    }

    /// Keeps the map bounded: removes the installations without a recent attempt, and all of them if each has one. That
    /// admits a few attempts too many, while an unbounded map could exhaust the memory.
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

pub(crate) fn too_many(wait: TimeDelta) -> Error {
    let refusal = Error::too_many_requests("TOO_MANY_REFRESHES", "Too many token refresh attempts");
    Error { retry_after: wait.to_std().ok(), ..refusal }
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
        assert_eq!(refused, TimeDelta::seconds(1), "what remains of the minute");
        limit.admit(5, INSTALLATION, second(60)).expect("the first attempt is a minute ago");
        assert!(limit.admit(5, INSTALLATION, second(60)).is_err(), "the second is not");
    }

    #[test]
    fn each_app_and_installation_has_its_own_limit() {
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
    fn recent_attempts_are_kept_when_the_map_is_full() {
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
