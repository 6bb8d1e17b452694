//! Measures what waits in the database.

use std::time::Duration;

use patchbay_db::Db;
use patchbay_domain::Clock;
use patchbay_runtime::{Stop, sleep};

use crate::metrics::SenderMetrics;
use crate::store;

/// Counting walks over an index of what waits: cheap, but not for every scrape.
const EVERY: Duration = Duration::from_secs(10);

/// Sets the gauges of the backlog until `stop`.
pub(crate) async fn measure_backlog(db: Db, clock: Clock, metrics: SenderMetrics, stop: Stop) {
    loop {
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
            () = sleep(&clock, EVERY) => {}
        }
    }
}
