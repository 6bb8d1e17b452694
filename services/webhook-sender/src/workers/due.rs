//! Sends what is due: webhooks that wait in the database.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering::Relaxed};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use patchbay_db::{Db, DbError};
use patchbay_domain::Clock;
use patchbay_runtime::{Stop, sleep_until};
use tokio::sync::{Notify, Semaphore};

use crate::deliver::Deliverer;
use crate::lane::Lanes;
use crate::recorder::{Claim, Hold};
use crate::store;

/// How long what another replica has put aside may wait to be seen here.
const POLL: TimeDelta = TimeDelta::seconds(1);

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
    pub lanes: Arc<Lanes>,
    pub wake: Arc<Wake>,
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
            }
        }
        drop(room.acquire_many(self.window).await);
    }

    /// Claims what is due, a share for every app; says when the next one will be.
    ///
    /// Begins behind the app that was served last, so that where room is short each app has its turn.
    async fn look(
        &self,
        room: &Arc<Semaphore>,
        last_app: &mut i64,
    ) -> Result<Option<DateTime<Utc>>, DbError> {
        let now = self.clock.now();
        let mut apps = store::due_apps::due_apps(&self.db).await?;
        let behind = apps.partition_point(|app| app.app_id <= *last_app);
        apps.rotate_left(behind);
        let mut next: Option<DateTime<Utc>> = None;
        for app in apps {
            if app.next_due > now {
                next = Some(next.map_or(app.next_due, |next| next.min(app.next_due)));
            } else if self.claim(app.app_id, now, room).await? {
                *last_app = app.app_id;
            }
        }
        Ok(next)
    }

    async fn claim(&self, app_id: i64, now: DateTime<Utc>, room: &Arc<Semaphore>) -> Result<bool, DbError> {
        let lane = self.lanes.of(app_id);
        // Before the claim: whoever makes room from here on wakes us.
        lane.has_more_due.store(true, Relaxed);
        let limit = lane.room_for_claims().min(u32::try_from(room.available_permits()).unwrap_or(u32::MAX));
        if limit == 0 {
            return Ok(false);
        }
        let lease_end = now + TimeDelta::from_std(self.lease).unwrap_or_default();
        let claimed = store::claim::claim(&self.db, app_id, now, lease_end, limit).await?;
        lane.has_more_due.store(claimed.len() as u64 == u64::from(limit), Relaxed);
        for delivery in claimed {
            // The only place that takes permits, and never more than there are.
            let Ok(permit) = room.clone().try_acquire_owned() else { break };
            let hold = Hold::Claim(Claim::new(lane.clone(), self.wake.clone(), permit));
            let deliverer = self.deliverer.clone();
            tokio::spawn(async move { deliverer.deliver(delivery, hold).await });
        }
        Ok(true)
    }
}
