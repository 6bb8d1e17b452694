//! Rate limits of callers.

use std::collections::HashMap;
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota};
use patchbay_domain::Caller;
use tokio::time::Instant;
use uuid::Uuid;

/// Callers remembered; beyond it, those whose limit has recovered are dropped.
const REMEMBERED: usize = 100_000;
/// Addresses that are refused at once.
const EXHAUSTED: usize = 10_000;

/// The unit that is counted.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Key {
    /// A user, over all their tokens and sessions.
    User(i64),
    /// An installation, over all its tokens.
    Installation(Uuid),
    /// A client without credentials, or with wrong ones.
    Address(IpAddr),
    /// All callers beyond the number that is remembered; they share one limit.
    Overflow,
}

impl Key {
    /// The key of a request of this caller from this address.
    pub fn of(caller: Option<&Caller>, address: impl FnOnce() -> IpAddr) -> Self {
        match caller {
            Some(Caller::User(user)) => Self::User(user.user_id),
            Some(Caller::App(app)) => Self::Installation(app.installation_id),
            _ => Self::Address(address()),
        }
    }
}

/// A request beyond the limit.
#[derive(Debug)]
pub struct RateLimited {
    /// The limit.
    pub per_minute: NonZeroU32,
    /// The time until the next request is allowed.
    pub wait: Duration,
}

/// The limits of all callers.
#[derive(Debug)]
pub struct RateLimits {
    callers: Option<Limit>,
    addresses: Option<Limit>,
    /// Addresses beyond their limit, until the next request is allowed; at most [`EXHAUSTED`].
    exhausted: Mutex<HashMap<Key, Instant>>,
}

#[derive(Debug)]
struct Limit {
    per_minute: NonZeroU32,
    limiter: DefaultKeyedRateLimiter<Key>,
}

impl RateLimits {
    /// Requests a minute of a known caller, and of an address; 0 for no limit.
    pub fn new(callers: u32, addresses: u32) -> Self {
        Self { callers: Limit::new(callers), addresses: Limit::new(addresses), exhausted: Mutex::default() }
    }

    /// Refuses an address that is beyond its limit, without counting the request.
    ///
    /// # Errors
    /// As of [`RateLimits::check`].
    pub fn admit(&self, key: &Key) -> Result<(), RateLimited> {
        let until = self.lock().get(key).copied();
        let wait = until.map(|until| until.saturating_duration_since(Instant::now()));
        match (&self.addresses, wait) {
            (Some(limit), Some(wait)) if !wait.is_zero() => {
                Err(RateLimited { per_minute: limit.per_minute, wait })
            }
            _ => Ok(()),
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Key, Instant>> {
        self.exhausted.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn remember(&self, key: Key, wait: Duration) {
        let now = Instant::now();
        let mut exhausted = self.lock();
        if exhausted.len() >= EXHAUSTED {
            exhausted.retain(|_, until| *until > now);
        }
        if exhausted.len() < EXHAUSTED {
            exhausted.insert(key, now + wait);
        }
    }

    /// Counts one request.
    ///
    /// # Errors
    /// The limit and the time to wait.
    pub fn check(&self, key: Key) -> Result<(), RateLimited> {
        let (limit, is_address) = match key {
            Key::Address(_) => (&self.addresses, true),
            _ => (&self.callers, false),
        };
        let Some(limit) = limit else { return Ok(()) };
        limit.check(key.clone()).inspect_err(|limited| {
            if is_address {
                self.remember(key, limited.wait);
            }
        })
    }
}

impl Limit {
    fn new(per_minute: u32) -> Option<Self> {
        let per_minute = NonZeroU32::new(per_minute)?;
        let limiter = DefaultKeyedRateLimiter::dashmap(Quota::per_minute(per_minute));
        Some(Self { per_minute, limiter })
    }

    fn check(&self, key: Key) -> Result<(), RateLimited> {
        if self.limiter.len() >= REMEMBERED {
            self.limiter.retain_recent();
        }
        let key = if self.limiter.len() >= REMEMBERED { Key::Overflow } else { key };
        self.limiter.check_key(&key).map_err(|refused| {
            let wait = refused.wait_time_from(DefaultClock::default().now());
            RateLimited { per_minute: self.per_minute, wait }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_caller_has_a_limit_of_their_own() {
        let limits = RateLimits::new(2, 1);
        for key in [Key::User(1), Key::User(2), Key::Installation(Uuid::nil())] {
            assert!(limits.check(key.clone()).is_ok() && limits.check(key.clone()).is_ok());
            assert!(limits.check(key).is_err());
        }
        let address = || Key::Address([10, 0, 0, 1].into());
        assert!(limits.check(address()).is_ok());
        assert!(limits.check(address()).is_err());
        assert!(limits.check(Key::Address([10, 0, 0, 2].into())).is_ok());
    }

    #[test]
    fn an_address_is_admitted_until_its_limit_is_used_up() {
        let limits = RateLimits::new(0, 2);
        let address = || Key::Address([10, 0, 0, 1].into());
        assert!((0..10).all(|_| limits.admit(&address()).is_ok()), "being admitted is not counted");
        assert!(limits.check(address()).is_ok() && limits.check(address()).is_ok());
        assert!(limits.admit(&address()).is_ok());
        assert!(limits.check(address()).is_err());
        let refused = limits.admit(&address()).unwrap_err();
        assert!(refused.wait > Duration::ZERO && refused.wait <= Duration::from_secs(60), "{refused:?}");
        assert!(limits.admit(&Key::Address([10, 0, 0, 2].into())).is_ok());
    }

    #[test]
    fn without_a_limit_no_caller_is_refused() {
        let limits = RateLimits::new(0, 0);
        assert!((0..1000).all(|_| limits.check(Key::User(1)).is_ok()));
    }

    #[test]
    fn a_refusal_says_when_to_come_back() {
        let limits = RateLimits::new(1, 0);
        assert!(limits.check(Key::User(1)).is_ok());
        let refused = limits.check(Key::User(1)).unwrap_err();
        assert!(refused.wait > Duration::ZERO && refused.wait <= Duration::from_secs(60), "{refused:?}");
    }
}
