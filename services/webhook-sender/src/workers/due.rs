//! Sends what is due: webhooks that wait in the database.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering::Relaxed};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use patchbay_db::{Db, DbError};
use patchbay_domain::Clock;
use patchbay_runtime::{Stop, sleep, sleep_until};
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};

use crate::breakers::Breakers;
use crate::deliver::Deliverer;
use crate::domain::breaker::{Errand, Phase, drain_places, drain_rate};
use crate::domain::delivery::Delivery;
use crate::lane::{Lane, Lanes};
use crate::recorder::{Claim, Hold, Storage};
use crate::store;
use crate::store::claim::Wanted;
use crate::under_way::Entry;

/// Apps that are looked at in one go.
const APPS: u32 = 256;

/// How long a share of a drain is for.
const SHARE: TimeDelta = TimeDelta::seconds(1);

/// How long what another replica has put aside may wait to be seen here.
const POLL: TimeDelta = TimeDelta::seconds(1);
const POLL_PERIOD: Duration = Duration::from_secs(1);

/// Wakes the worker early.
#[derive(Debug)]
pub(crate) struct Wake {
    notify: Notify,
    /// When the worker looks anyway, in microseconds since 1970.
    planned: AtomicI64,
}

impl Default for Wake {
    fn default() -> Self {
        Self { notify: Notify::new(), planned: AtomicI64::new(i64::MIN) }
    }
}

impl Wake {
    /// There is something to do now.
    pub(crate) fn now(&self) {
        self.notify.notify_one();
    }

    /// There is something to do then.
    pub(crate) fn at(&self, due_at: DateTime<Utc>) {
        if due_at.timestamp_micros() < self.planned.load(Relaxed) {
            self.now();
        }
    }
}

/// The worker.
#[derive(Debug)]
pub(crate) struct Due {
    pub db: Db,
    pub clock: Clock,
    pub deliverer: Arc<Deliverer>,
    pub breakers: Arc<Breakers>,
    pub lanes: Arc<Lanes>,
    pub wake: Arc<Wake>,
    pub storage: Arc<Storage>,
    pub lease: Duration,
    /// Claimed webhooks that may be in memory at once.
    pub window: u32,
    pub stop: Stop,
}

impl Due {
    /// Works until `stop`, then waits for what was claimed.
    pub(crate) async fn run(self) {
        let room = Arc::new(Semaphore::new(self.window as usize));
        tokio::select! {
            () = self.stop.requested() => return,
            () = self.deliverer.world.complete() => {}
        }
        let mut last_app = i64::MIN;
        loop {
            // What is claimed is sent, and has to be recorded then.
            tokio::select! {
                () = self.stop.requested() => break,
                () = self.storage.works() => {}
            }
            let poll = self.clock.now() + POLL;
            // Until the look is over, everything that happens is a reason for another one.
            self.wake.planned.store(i64::MAX, Relaxed);
            let next = self.look(&room, &mut last_app).await.unwrap_or_else(|error| {
                tracing::warn!(%error, "cannot look for webhooks that are due");
                None
            });
            let until = next.map_or(poll, |next| next.min(poll));
            self.wake.planned.store(until.timestamp_micros(), Relaxed);
            tokio::select! {
                () = self.stop.requested() => break,
                () = self.wake.notify.notified() => {}
                () = sleep_until(&self.clock, until) => {}
                // The moment is far away when the clock was set back meanwhile.
                () = sleep(&self.clock, POLL_PERIOD) => {}
            }
        }
        drop(room.acquire_many(self.window).await);
    }

    /// Claims what is due, a share for every app; says when there is more to do.
    ///
    /// Begins behind the app that was served last, so that where room is short each app has its turn.
    async fn look(
        &self,
        room: &Arc<Semaphore>,
        last_app: &mut i64,
    ) -> Result<Option<DateTime<Utc>>, DbError> {
        let now = self.clock.now();
        let mut apps = store::due_apps::due_apps(&self.db, *last_app, APPS).await?;
        if apps.len() < APPS as usize {
            let rest = APPS - u32::try_from(apps.len()).unwrap_or(APPS);
            let first = store::due_apps::due_apps(&self.db, i64::MIN, rest).await?;
            apps.extend(first.into_iter().take_while(|app| app.app_id <= *last_app));
        }
        let rules = &self.breakers.rules;
        let mut next: Option<DateTime<Utc>> = None;
        let mut later = |at: DateTime<Utc>| next = Some(next.map_or(at, |next| next.min(at)));
        for app in &apps {
            let lane = self.lanes.of(app.app_id);
            let phase = lane.breaker().phase;
            match phase {
                Phase::Closed if app.next_due > now => later(app.next_due),
                Phase::Closed => {
                    if self.claim(&lane, now, room).await? {
                        *last_app = app.app_id;
                    }
                }
                Phase::Open { next_probe_at, .. } if !rules.is_due(next_probe_at, now) => {
                    later(next_probe_at)
                }
                Phase::Open { .. } => later(self.probe(&lane, now, room).await?),
                // Below: those without anything that waits are to be closed, too.
                Phase::Draining { .. } => {}
            }
        }
        for (lane, phase) in self.breakers.broken() {
            match phase {
                Phase::Draining { next_at, .. } if !rules.is_due(next_at, now) => later(next_at),
                Phase::Draining { since, .. } => later(self.drain(&lane, since, now, room).await?),
                _ => {}
            }
        }
        Ok(next)
    }

    async fn claim(
        &self,
        lane: &Arc<Lane>,
        now: DateTime<Utc>,
        room: &Arc<Semaphore>,
    ) -> Result<bool, DbError> {
        // Before the claim: whoever makes room from here on wakes us.
        lane.has_more_due.store(true, Relaxed);
        let limit = lane.room_for_claims().min(permits(room));
        if limit == 0 {
            return Ok(false);
        }
        let wanted = self.wanted(lane.app_id, now, limit);
        let strict = self.is_strict(lane.app_id);
        let claimed = if strict {
            store::claim::claim_in_order(&self.db, wanted, DateTime::UNIX_EPOCH).await?
        } else {
            store::claim::claim_due(&self.db, wanted).await?
        };
        // Where order counts, each one that is through makes way for the one behind it.
        lane.has_more_due.store(strict || claimed.len() as u64 == u64::from(limit), Relaxed);
        for (delivery, entry) in self.enter(claimed).await {
            // The only place that takes permits, and never more than there are.
            let Ok(permit) = room.clone().try_acquire_owned() else { break };
            let hold = Hold::Claim(Claim::new(Errand::Usual, lane.clone(), self.wake.clone(), entry, permit));
            let deliverer = self.deliverer.clone();
            tokio::spawn(async move { deliverer.deliver(delivery, hold).await });
        }
        Ok(true)
    }

    /// Sends the oldest webhook of a broken endpoint, unless another replica does; says when to look again.
    async fn probe(
        &self,
        lane: &Arc<Lane>,
        now: DateTime<Utc>,
        room: &Arc<Semaphore>,
    ) -> Result<DateTime<Utc>, DbError> {
        // Should the probe be lost with its process, another one follows.
        let next = now + TimeDelta::from_std(self.breakers.rules.probe_pause).unwrap_or_default();
        let Some(permit) = self.step(lane, now, next, room).await? else { return Ok(now + POLL) };
        let wanted = self.wanted(lane.app_id, now, 1);
        let claimed = if self.is_strict(lane.app_id) {
            store::claim::claim_in_order(&self.db, wanted, DateTime::UNIX_EPOCH).await?
        } else {
            store::claim::claim_oldest(&self.db, wanted, DateTime::UNIX_EPOCH).await?
        };
        if let Some((delivery, entry)) = self.enter(claimed).await.into_iter().next() {
            let hold = Hold::Claim(Claim::new(Errand::Probe, lane.clone(), self.wake.clone(), entry, permit));
            let deliverer = self.deliverer.clone();
            tokio::spawn(async move { deliverer.deliver(delivery, hold).await });
        }
        Ok(next)
    }

    /// Sends a second's worth of what has waited for an endpoint, oldest first; says when to look again. The drain is
    /// over with the share that is not a full one.
    async fn drain(
        &self,
        lane: &Arc<Lane>,
        since: DateTime<Utc>,
        now: DateTime<Utc>,
        room: &Arc<Semaphore>,
    ) -> Result<DateTime<Utc>, DbError> {
        if lane.claimed() > 0 {
            lane.has_more_due.store(true, Relaxed);
            return Ok(now + POLL);
        }
        if lane.drained.load(Relaxed) {
            lane.drained.store(false, Relaxed);
            self.breakers.drained(lane);
            self.wake.now();
            return Ok(now);
        }
        let next = now + SHARE;
        let Some(permit) = self.step(lane, now, next, room).await? else { return Ok(now + POLL) };
        drop(permit);
        let rate = drain_rate(since, now, &self.breakers.rules);
        let wanted = self.wanted(lane.app_id, now, rate.min(permits(room)));
        let claimed = if self.is_strict(lane.app_id) {
            store::claim::claim_in_order(&self.db, wanted, since).await?
        } else {
            store::claim::claim_oldest(&self.db, wanted, since).await?
        };
        lane.drained.store((claimed.len() as u64) < u64::from(wanted.limit), Relaxed);
        lane.has_more_due.store(true, Relaxed);
        let places = Arc::new(Semaphore::new(drain_places(rate, lane.typical())));
        let holds: Vec<_> = self
            .enter(claimed)
            .await
            .into_iter()
            .map_while(|(delivery, entry)| Some((delivery, entry, room.clone().try_acquire_owned().ok()?)))
            .map(|(delivery, entry, permit)| {
                (delivery, Claim::new(Errand::Drain, lane.clone(), self.wake.clone(), entry, permit))
            })
            .collect();
        let deliverer = self.deliverer.clone();
        tokio::spawn(async move {
            for (delivery, claim) in holds {
                let Ok(place) = places.clone().acquire_owned().await else { return };
                let deliverer = deliverer.clone();
                tokio::spawn(async move {
                    deliverer.deliver(delivery, Hold::Claim(claim)).await;
                    drop(place);
                });
            }
        });
        Ok(next)
    }

    /// Takes the next step of a broken endpoint for this replica, if there is room for what it takes.
    async fn step(
        &self,
        lane: &Lane,
        now: DateTime<Utc>,
        next: DateTime<Utc>,
        room: &Arc<Semaphore>,
    ) -> Result<Option<OwnedSemaphorePermit>, DbError> {
        let Ok(permit) = room.clone().try_acquire_owned() else { return Ok(None) };
        let version = lane.breaker().version;
        let horizon = self.breakers.rules.horizon(now);
        let taken = store::breakers::take_step(&self.db, lane.app_id, version, now, next, horizon).await?;
        let mut breaker = lane.breaker();
        if taken && breaker.version == version {
            breaker.step_at(next);
        }
        Ok(taken.then_some(permit))
    }

    /// Those of the claimed that are not under way in this process. The others are put back for a moment: their claim
    /// has run out by the clock only, or how they ended is being settled just now.
    async fn enter(&self, claimed: Vec<Delivery>) -> Vec<(Delivery, Entry)> {
        let mut entered = Vec::with_capacity(claimed.len());
        for delivery in claimed {
            match self.deliverer.under_way.enter(delivery.id) {
                Some(entry) => entered.push((delivery, entry)),
                None => self.deliverer.put_back(delivery).await,
            }
        }
        entered
    }

    fn wanted(&self, app_id: i64, now: DateTime<Utc>, limit: u32) -> Wanted {
        let lease_end = now + TimeDelta::from_std(self.lease).unwrap_or_default();
        Wanted { app_id, now, lease_end, limit }
    }

    fn is_strict(&self, app_id: i64) -> bool {
        let endpoint = self.deliverer.world.endpoints.get(&app_id);
        let destination = endpoint.and_then(|endpoint| endpoint.destination.clone());
        destination.is_some_and(|destination| destination.strict_order)
    }
}

fn permits(room: &Semaphore) -> u32 {
    u32::try_from(room.available_permits()).unwrap_or(u32::MAX)
}
