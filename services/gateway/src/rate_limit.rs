//! How often one caller may ask.

use std::net::IpAddr;
use std::num::NonZeroU32;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota};
use patchbay_domain::{Caller, Error};
use uuid::Uuid;

use crate::client_address::client_network;
use crate::error::Failure;
use crate::gateway::Gateway;

/// Callers remembered before those that have not asked for a while are forgotten.
const REMEMBERED: usize = 100_000;

/// Who is counted.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Key {
    User(i64),
    Installation(Uuid),
    /// Of whoever shows no credentials, or wrong ones.
    Address(IpAddr),
    /// All for whom there was no more room to be told apart.
    Crowd,
}

impl Key {
    /// Who is counted for a request of this caller from this address.
    pub(crate) fn of(caller: Option<&Caller>, address: impl FnOnce() -> IpAddr) -> Self {
        match caller {
            Some(Caller::User(user)) => Self::User(user.user_id),
            Some(Caller::App(app)) => Self::Installation(app.installation_id),
            _ => Self::Address(address()),
        }
    }
}

/// The limits of all callers.
#[derive(Debug)]
pub(crate) struct RateLimits {
    callers: Option<Limit>,
    addresses: Option<Limit>,
}

#[derive(Debug)]
struct Limit {
    per_minute: NonZeroU32,
    limiter: DefaultKeyedRateLimiter<Key>,
}

impl RateLimits {
    /// So many requests a minute of a known caller, and of an address; 0 for no limit.
    pub(crate) fn new(callers: u32, addresses: u32) -> Self {
        Self { callers: Limit::new(callers), addresses: Limit::new(addresses) }
    }

    /// Counts one request.
    pub(crate) fn check(&self, key: Key) -> Result<(), Failure> {
        let limit = match key {
            Key::Address(_) => &self.addresses,
            _ => &self.callers,
        };
        limit.as_ref().map_or(Ok(()), |limit| limit.check(key))
    }
}

impl Limit {
    fn new(per_minute: u32) -> Option<Self> {
        let per_minute = NonZeroU32::new(per_minute)?;
        let limiter = DefaultKeyedRateLimiter::dashmap(Quota::per_minute(per_minute));
        Some(Self { per_minute, limiter })
    }

    fn check(&self, key: Key) -> Result<(), Failure> {
        if self.limiter.len() >= REMEMBERED {
            self.limiter.retain_recent();
        }
        let key = if self.limiter.len() >= REMEMBERED { Key::Crowd } else { key };
        self.limiter.check_key(&key).map_err(|refused| {
            let wait = refused.wait_time_from(DefaultClock::default().now());
            let detail = format!(
                "You are attempting to use this endpoint too frequently. Limit is {} requests in 60 seconds",
                self.per_minute
            );
            Failure::from(Error::too_many_requests("RATE_LIMITED", detail)).with_retry_after(wait)
        })
    }
}

/// Limits operations that do not ask who is there.
pub(crate) async fn by_address(State(gateway): State<Gateway>, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    match gateway.rate_limits.check(Key::Address(client_network(&parts, &gateway))) {
        Ok(()) => next.run(Request::from_parts(parts, body)).await,
        Err(refusal) => refusal.into_response(),
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
    fn without_a_limit_nobody_is_refused() {
        let limits = RateLimits::new(0, 0);
        assert!((0..1000).all(|_| limits.check(Key::User(1)).is_ok()));
    }

    #[test]
    fn a_refusal_says_when_to_come_back() {
        let limits = RateLimits::new(1, 0);
        assert!(limits.check(Key::User(1)).is_ok());
        let refused = limits.check(Key::User(1)).unwrap_err().into_response();
        let wait: u64 = refused.headers()["retry-after"].to_str().unwrap().parse().unwrap();
        assert!((1..=60).contains(&wait), "{wait}");
    }
}
