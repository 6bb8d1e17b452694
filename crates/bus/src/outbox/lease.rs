//! The lease that makes one process the relay.

use std::time::Duration;

use chrono::TimeDelta;
use patchbay_db::{Db, DbError, LeaseHolder};
use patchbay_domain::Clock;
use tokio::time::{Instant, sleep_until};

use super::Interrupted;

const NAME: &str = "outbox-relay";
const TTL: TimeDelta = TimeDelta::seconds(15);

/// A third of the duration of the lease, so that two renewals may fail.
const RENEW_EVERY: Duration = Duration::from_secs(5);

/// Only one relay works at a time, which keeps the order. Two at the same time, after one of them was paused,
/// only cause repetitions.
pub(super) struct Lease {
    db: Db,
    clock: Clock,
    holder: LeaseHolder,
    renew_at: Option<Instant>,
}

impl Lease {
    pub(super) fn new(db: Db, clock: Clock) -> Self {
        Self { db, clock, holder: LeaseHolder::unique(), renew_at: None }
    }

    /// Takes or renews the lease when it is due; false while another process holds it.
    pub(super) async fn hold(&mut self) -> Result<bool, DbError> {
        if self.renew_at.is_some_and(|at| Instant::now() < at) {
            return Ok(true);
        }
        let asked = Instant::now();
        self.renew_at = None;
        let held = self.db.acquire_lease(NAME, self.holder, self.clock.now(), TTL).await?;
        self.renew_at = held.then_some(asked + RENEW_EVERY);
        Ok(held)
    }

    /// Runs `work` and keeps the lease renewed.
    pub(super) async fn hold_during<T>(&mut self, work: impl Future<Output = T>) -> Result<T, Interrupted> {
        tokio::pin!(work);
        loop {
            let renew_at = self.renew_at.unwrap_or_else(Instant::now);
            tokio::select! {
                biased;
                done = &mut work => return Ok(done),
                () = sleep_until(renew_at) => {}
            }
            if !self.hold().await? {
                return Err(Interrupted::LostLease);
            }
        }
    }

    /// Releases the lease, so that another replica can start immediately.
    pub(super) async fn release(self) {
        if let Err(error) = self.db.release_lease(NAME, self.holder).await {
            tracing::debug!(%error, "cannot release the lease; it expires by itself");
        }
    }
}
