use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use patchbay_db::{Db, DbError};
use patchbay_runtime::sleep;
use tokio::time::Instant;

use crate::context::Context;
use crate::domain::breaker::Phase;
use crate::endpoints::slots::SlotTable;
use crate::metrics::{SenderMetrics, StateLabels};
use crate::store;

/// A count scans the index of pending webhooks, which is too expensive for every scrape.
const EVERY: Duration = Duration::from_secs(10);
/// After a slow count the pause is this many times as long as the count.
const PAUSE_FACTOR: u32 = 100;
/// Apps that are read by one statement.
const APPS: u32 = 256;

/// Sets the gauges of pending webhooks, slots and connections, until a stop is requested.
pub(crate) async fn measure_backlog(context: Context) {
    let Context { db, clock, metrics, slots, progress, stop, .. } = &context;
    loop {
        measure_use(db, slots, metrics);
        let begun = Instant::now();
        match store::backlog::backlog(db).await {
            Ok(backlog) => {
                metrics.backlog.set(backlog.count);
                let age = backlog.oldest.map_or(0.0, |oldest| (clock.now() - oldest).as_seconds_f64());
                metrics.backlog_oldest_seconds.set(age.max(0.0));
            }
            Err(error) => tracing::warn!(%error, "the backlog could not be measured; its gauges are stale"),
        }
        match overdue(&context, clock.now()).await {
            Ok(overdue) => {
                metrics.due_oldest_seconds.set(overdue.as_secs_f64());
                progress.measured(overdue);
            }
            Err(error) => {
                tracing::warn!(%error, "overdue webhooks could not be measured; their gauge is stale")
            }
        }
        tokio::select! {
            () = stop.requested() => return,
            () = sleep(clock, EVERY.max(begun.elapsed() * PAUSE_FACTOR)) => {}
        }
    }
}

/// How long the longest overdue webhook has waited, except those that are meant to wait.
async fn overdue(context: &Context, now: DateTime<Utc>) -> Result<Duration, DbError> {
    let Context { db, routing, slots, .. } = context;
    let (mut longest, mut after) = (TimeDelta::zero(), i64::MIN);
    loop {
        let apps = store::due_apps::due_apps(db, after, APPS).await?;
        let sendable = apps.iter().filter(|app| !routing.holds_back(&slots.of(app.app_id), now));
        longest = sendable.map(|app| now - app.next_due).fold(longest, TimeDelta::max);
        match apps.last() {
            Some(last) if apps.len() == APPS as usize => after = last.app_id,
            _ => return Ok(longest.to_std().unwrap_or_default()),
        }
    }
}

fn measure_use(db: &Db, slots: &SlotTable, metrics: &SenderMetrics) {
    let (mut used, mut open, mut draining) = (0, 0, 0);
    for endpoint in slots.all() {
        used += i64::from(endpoint.slots_used());
        match endpoint.breaker().phase {
            Phase::Closed => {}
            Phase::Open { .. } => open += 1,
            Phase::Draining { .. } => draining += 1,
        }
    }
    metrics.places_used.set(used);
    for (state, count) in [("open", open), ("draining", draining)] {
        metrics.broken_endpoints.get_or_create(&StateLabels { state }).set(count);
    }
    let connections = db.pool_stats();
    metrics.database_connections.set(connections.size.into());
    metrics.database_connections_idle.set(connections.idle.into());
}
