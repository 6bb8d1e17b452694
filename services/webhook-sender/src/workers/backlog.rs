//! Measures what waits in the database.

use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};
use patchbay_db::{Db, DbError};
use patchbay_domain::Clock;
use patchbay_runtime::{Stop, sleep};

use crate::domain::breaker::Phase;
use crate::lane::Lanes;
use crate::metrics::{SenderMetrics, StateLabels};
use crate::progress::Progress;
use crate::store;

/// Counting walks over an index of what waits: cheap, but not for every scrape.
const EVERY: Duration = Duration::from_secs(10);
/// The pause after a count that took long, as a multiple of that: a long backlog is no reason to be busy counting it.
const PAUSE_FACTOR: u32 = 100;
/// Apps asked for by one statement.
const APPS: u32 = 256;

/// Sets the gauges of what waits, and of what is in use, until `stop`.
pub(crate) async fn measure_backlog(
    db: Db,
    clock: Clock,
    lanes: Arc<Lanes>,
    metrics: SenderMetrics,
    progress: Arc<Progress>,
    stop: Stop,
) {
    loop {
        measure_use(&db, &lanes, &metrics);
        let begun = Instant::now();
        match store::backlog::backlog(&db).await {
            Ok(backlog) => {
                metrics.backlog.set(backlog.count);
                let age = backlog.oldest.map_or(0.0, |oldest| (clock.now() - oldest).as_seconds_f64());
                metrics.backlog_oldest_seconds.set(age.max(0.0));
            }
            Err(error) => tracing::warn!(%error, "the backlog cannot be measured"),
        }
        match overdue(&db, &lanes, clock.now()).await {
            Ok(overdue) => {
                metrics.due_oldest_seconds.set(overdue.as_secs_f64());
                progress.measured(overdue);
            }
            Err(error) => tracing::warn!(%error, "webhooks that are due cannot be measured"),
        }
        tokio::select! {
            () = stop.requested() => return,
            () = sleep(&clock, EVERY.max(begun.elapsed() * PAUSE_FACTOR)) => {}
        }
    }
}

/// For how long the longest due webhook has waited. Webhooks of broken endpoints are meant to wait.
async fn overdue(db: &Db, lanes: &Lanes, now: DateTime<Utc>) -> Result<Duration, DbError> {
    let (mut longest, mut after) = (TimeDelta::zero(), i64::MIN);
    loop {
        let apps = store::due_apps::due_apps(db, after, APPS).await?;
        let closed = apps.iter().filter(|app| lanes.of(app.app_id).breaker().phase == Phase::Closed);
        longest = closed.map(|app| now - app.next_due).fold(longest, TimeDelta::max);
        match apps.last() {
            Some(last) if apps.len() == APPS as usize => after = last.app_id,
            _ => return Ok(longest.to_std().unwrap_or_default()),
        }
    }
}

fn measure_use(db: &Db, lanes: &Lanes, metrics: &SenderMetrics) {
    let (mut used, mut open, mut draining) = (0, 0, 0);
    for lane in lanes.all() {
        used += i64::from(lane.places_used());
        match lane.breaker().phase {
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
