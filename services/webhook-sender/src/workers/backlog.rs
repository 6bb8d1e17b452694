//! Measures what waits in the database.

use std::sync::Arc;
use std::time::{Duration, Instant};

use patchbay_db::Db;
use patchbay_domain::Clock;
use patchbay_runtime::{Stop, sleep};

use crate::domain::breaker::Phase;
use crate::lane::Lanes;
use crate::metrics::{SenderMetrics, StateLabels};
use crate::store;

/// Counting walks over an index of what waits: cheap, but not for every scrape.
const EVERY: Duration = Duration::from_secs(10);
/// The pause after a count that took long, as a multiple of that: a long backlog is no reason to be busy counting it.
const PAUSE_FACTOR: u32 = 100;

/// Sets the gauges of what waits, and of what is in use, until `stop`.
pub(crate) async fn measure_backlog(
    db: Db,
    clock: Clock,
    lanes: Arc<Lanes>,
    metrics: SenderMetrics,
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
        tokio::select! {
            () = stop.requested() => return,
            () = sleep(&clock, EVERY.max(begun.elapsed() * PAUSE_FACTOR)) => {}
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
