//! Measures the events that are not handed over yet. Separate from the recovery, which may have to wait for memory.

use std::time::Duration;

use patchbay_db::Db;
use patchbay_domain::Clock;
use patchbay_runtime::Stop;

use crate::domain::event::accepted_at;
use crate::metrics::FanoutMetrics;
use crate::store;

const EVERY: Duration = Duration::from_secs(10);

/// Sets the gauges of unmarked events, until a stop is requested.
pub(crate) async fn measure_backlog(db: Db, clock: Clock, metrics: FanoutMetrics, stop: Stop) {
    loop {
        match store::count_unmarked(&db).await {
            Ok(backlog) => {
                metrics.unmarked.set(backlog.events);
                let age =
                    backlog.oldest.and_then(accepted_at).map_or(0, |at| (clock.now() - at).num_seconds());
                metrics.oldest_unmarked_seconds.set(age.max(0));
            }
            Err(error) => tracing::warn!(%error, "unmarked events could not be counted"),
        }
        tokio::select! {
            () = patchbay_runtime::sleep(&clock, EVERY) => {}
            () = stop.requested() => return,
        }
    }
}
