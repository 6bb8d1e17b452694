//! Sends the webhooks that wait in the database: retries and postponed webhooks when they are due, and probes and drains of
//! endpoints whose breaker is not closed.

mod about_installations;
mod claim;
mod drain;
mod probe;
mod turns;

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use patchbay_db::DbError;
use patchbay_runtime::{sleep, sleep_until};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::context::Context;
use crate::domain::breaker::Phase;
use crate::domain::delivery::Delivery;
use crate::endpoints::slots::EndpointSlots;
use crate::recording::storage::Storage;
use crate::sending::deliver::{Deliverer, lease};
use crate::sending::in_flight::InFlightEntry;
use crate::store;
use crate::store::claim::ClaimQuery;

/// Apps that are looked at in one round.
const APPS: u32 = 256;

/// How long webhooks that another replica stored may wait until this one sees them.
const POLL: TimeDelta = TimeDelta::seconds(1);
const POLL_PERIOD: Duration = Duration::from_secs(1);

#[derive(Debug)]
pub(crate) struct RetryWorker {
    pub context: Context,
    pub deliverer: Arc<Deliverer>,
    pub storage: Arc<Storage>,
    /// Claimed webhooks that may be in memory at once.
    pub window: u32,
}

impl RetryWorker {
    /// Runs until a stop is requested, then waits for the claimed webhooks.
    pub(crate) async fn run(self) {
        let Context { clock, due, routing, stop, .. } = &self.context;
        let window = Arc::new(Semaphore::new(self.window as usize));
        tokio::select! {
            () = stop.requested() => return,
            () = routing.complete() => {}
        }
        let mut last_app = i64::MIN;
        loop {
            // A claimed webhook is sent, and then has to be recorded.
            tokio::select! {
                () = stop.requested() => break,
                () = self.storage.works() => {}
            }
            let poll = clock.now() + POLL;
            due.round_started();
            let next = self.round(&window, &mut last_app).await.unwrap_or_else(|error| {
                tracing::warn!(%error, "due webhooks could not be claimed; the next attempt is in 1 s");
                None
            });
            let until = next.map_or(poll, |next| next.min(poll));
            due.plan(until);
            tokio::select! {
                () = stop.requested() => break,
                () = due.notified() => {}
                () = sleep_until(clock, until) => {}
                // If the clock is set back meanwhile, `until` is far away.
                () = sleep(clock, POLL_PERIOD) => {}
            }
        }
        drop(window.acquire_many(self.window).await);
    }

    /// Claims a share of the due webhooks of every app. Returns when the next round has work.
    ///
    /// Starts behind the app that was served last, so that every app has its turn when the window is short.
    async fn round(
        &self,
        window: &Arc<Semaphore>,
        last_app: &mut i64,
    ) -> Result<Option<DateTime<Utc>>, DbError> {
        let Context { db, clock, slots, breakers, .. } = &self.context;
        let now = clock.now();
        self.send_about_installations(now, window).await?;
        let mut apps = store::due_apps::due_apps(db, *last_app, APPS).await?;
        if apps.len() < APPS as usize {
            let rest = APPS - u32::try_from(apps.len()).unwrap_or(APPS);
            let first = store::due_apps::due_apps(db, i64::MIN, rest).await?;
            apps.extend(first.into_iter().take_while(|app| app.app_id <= *last_app));
        }
        let mut next: Option<DateTime<Utc>> = None;
        let mut later = |at: DateTime<Utc>| next = Some(next.map_or(at, |next| next.min(at)));
        for app in &apps {
            let endpoint = slots.of(app.app_id);
            let phase = endpoint.breaker().phase;
            match phase {
                Phase::Closed if app.next_due > now => later(app.next_due),
                Phase::Closed => {
                    if let Some(next_at) = self.claim(&endpoint, now, window).await? {
                        *last_app = app.app_id;
                        later(next_at);
                    }
                }
                Phase::Open { next_probe_at, .. } if !breakers.rules.is_due(next_probe_at, now) => {
                    later(next_probe_at);
                }
                Phase::Open { .. } => later(self.probe(&endpoint, now, window).await?),
                // Drained below, because a draining breaker without waiting webhooks has to close.
                Phase::Draining { .. } => {}
            }
        }
        for (endpoint, phase) in breakers.not_closed() {
            match phase {
                Phase::Draining { next_at, .. } if !breakers.rules.is_due(next_at, now) => later(next_at),
                Phase::Draining { since, .. } => later(self.drain(&endpoint, since, now, window).await?),
                _ => {}
            }
        }
        Ok(next)
    }

    /// Takes the next probe or drain step of an endpoint for this replica, if the window has room.
    async fn take_step(
        &self,
        endpoint: &EndpointSlots,
        now: DateTime<Utc>,
        next: DateTime<Utc>,
        window: &Arc<Semaphore>,
    ) -> Result<Option<OwnedSemaphorePermit>, DbError> {
        let Ok(permit) = window.clone().try_acquire_owned() else { return Ok(None) };
        let version = endpoint.breaker().version;
        let horizon = self.context.breakers.rules.horizon(now);
        let db = &self.context.db;
        let taken = store::breakers::take_step(db, endpoint.app_id, version, now, next, horizon).await?;
        let mut breaker = endpoint.breaker();
        if taken && breaker.version == version {
            breaker.plan_step(next);
        }
        Ok(taken.then_some(permit))
    }

    /// The claimed webhooks that this process is not sending already. The others are postponed: their claim has only
    /// expired by a clock jump, or their record is being written.
    async fn enter(&self, claimed: Vec<Delivery>) -> Vec<(Delivery, InFlightEntry)> {
        let mut entered = Vec::with_capacity(claimed.len());
        for delivery in claimed {
            match self.deliverer.in_flight.enter(delivery.id) {
                Some(entry) => entered.push((delivery, entry)),
                None => self.deliverer.put_back(delivery).await,
            }
        }
        entered
    }

    fn query(&self, app_id: i64, now: DateTime<Utc>, limit: u32) -> ClaimQuery {
        let timeout = self.context.routing.timeout(app_id, self.deliverer.attempter.timeout);
        let lease_end = now + TimeDelta::from_std(lease(timeout)).unwrap_or_default();
        ClaimQuery { app_id, now, lease_end, limit }
    }
}

fn free(window: &Semaphore) -> u32 {
    u32::try_from(window.available_permits()).unwrap_or(u32::MAX)
}
