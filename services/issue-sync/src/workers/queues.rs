//! Works on the queues of integrations: each on its own, so that a slow tracker delays no other.
//!
//! An integration is worked on by one replica at a time, under a lease. A process that is killed leaves its integrations to others when
//! the lease ends.

use std::collections::HashSet;
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use patchbay_db::LeaseHolder;
use patchbay_domain::Error;
use patchbay_runtime::sleep;
use tokio::sync::Notify;
use tokio::task::JoinSet;

use crate::context::Context;

/// How often to look for work of other replicas, and for work that became due.
const PAUSE: Duration = Duration::from_secs(1);
/// Integrations that are worked on at once.
const PARALLEL: usize = 64;
/// A lease of an integration, and how often it is renewed.
const LEASE: TimeDelta = TimeDelta::seconds(30);
const RENEWAL: Duration = Duration::from_secs(10);

/// A queue with work for each integration.
#[async_trait]
pub(super) trait Queue: Copy + Send + Sync + 'static {
    /// Name in logs and of leases.
    fn name(self) -> &'static str;

    /// Wakes the worker.
    fn wake(self, context: &Context) -> &Notify;

    /// Integrations with due work, except those in `running`.
    async fn ready(
        self,
        context: &Context,
        now: DateTime<Utc>,
        running: &[i64],
        limit: i64,
    ) -> Result<Vec<i64>, Error>;

    /// Does some of the work of an integration; false if nothing is due any more.
    async fn work(self, context: &Context, integration_id: i64) -> Result<bool, Error>;
}

/// Runs until a stop is requested, and finishes what has begun.
pub(super) async fn run<Q: Queue>(context: Context, queue: Q) {
    let holder = LeaseHolder::unique();
    let mut running = HashSet::new();
    let mut tasks = JoinSet::new();
    while !context.stop.is_requested() {
        while let Some(ended) = tasks.try_join_next() {
            forget(ended, &mut running);
        }
        match start(&context, queue, holder, &mut running, &mut tasks).await {
            Ok(()) => {}
            Err(error) => {
                tracing::warn!(%error, queue = queue.name(), "work of integrations could not be read; the next attempt is in a second");
            }
        }
        tokio::select! {
            () = context.stop.requested() => break,
            () = queue.wake(&context).notified() => {}
            Some(ended) = tasks.join_next(), if running.len() >= PARALLEL => forget(ended, &mut running),
            () = sleep(&context.clock, PAUSE) => {}
        }
    }
    while tasks.join_next().await.is_some() {}
}

fn forget(ended: Result<i64, tokio::task::JoinError>, running: &mut HashSet<i64>) {
    match ended {
        Ok(integration_id) => {
            running.remove(&integration_id);
        }
        // Its integration would stay blocked otherwise; which one it was is not known.
        Err(_) => running.clear(),
    }
}

async fn start<Q: Queue>(
    context: &Context,
    queue: Q,
    holder: LeaseHolder,
    running: &mut HashSet<i64>,
    tasks: &mut JoinSet<i64>,
) -> Result<(), Error> {
    let room = PARALLEL.saturating_sub(running.len());
    if room == 0 {
        return Ok(());
    }
    let busy: Vec<i64> = running.iter().copied().collect();
    let limit = i64::try_from(room).unwrap_or(i64::MAX);
    for integration_id in queue.ready(context, context.now(), &busy, limit).await? {
        running.insert(integration_id);
        let context = context.clone();
        tasks.spawn(async move {
            if let Err(error) = drain(&context, queue, holder, integration_id).await {
                tracing::warn!(%error, queue = queue.name(), integration_id, "work of an integration failed; it is tried again");
                // Otherwise a database that fails at once would be asked without a pause.
                pause(&context).await;
            }
            queue.wake(&context).notify_one();
            integration_id
        });
    }
    Ok(())
}

async fn pause(context: &Context) {
    tokio::select! {
        () = context.stop.requested() => {}
        () = sleep(&context.clock, PAUSE) => {}
    }
}

async fn drain<Q: Queue>(
    context: &Context,
    queue: Q,
    holder: LeaseHolder,
    integration_id: i64,
) -> Result<(), Error> {
    let lease = format!("{}:{integration_id}", queue.name());
    if !context.db.acquire_lease(&lease, holder, context.now(), LEASE).await? {
        // Another replica works on it; it is looked at again after the pause.
        pause(context).await;
        return Ok(());
    }
    let mut more = true;
    while more && !context.stop.is_requested() {
        let mut work = queue.work(context, integration_id);
        more = loop {
            tokio::select! {
                more = &mut work => break more?,
                () = sleep(&context.clock, RENEWAL) => {
                    context.db.acquire_lease(&lease, holder, context.now(), LEASE).await?;
                }
            }
        };
    }
    Ok(context.db.release_lease(&lease, holder).await?)
}
