use std::time::Duration;

use patchbay_runtime::sleep;

use crate::context::Context;
use crate::store;

/// A process that is killed loses at most the counts of this period.
const EVERY: Duration = Duration::from_secs(10);

/// Stores the counts of attempts, until a stop is requested and once more after that.
pub(crate) async fn store_counts(context: Context) {
    let Context { db, clock, slots, stop, .. } = &context;
    let mut running = true;
    while running {
        tokio::select! {
            () = stop.requested() => running = false,
            () = sleep(clock, EVERY) => {}
        }
        let endpoints = slots.all();
        let counts: Vec<_> = endpoints
            .iter()
            .filter_map(|endpoint| Some((endpoint.app_id, endpoint.take_counts()?)))
            .collect();
        if counts.is_empty() {
            continue;
        }
        if let Err(error) = store::hours::add(db, &counts, clock.now()).await {
            tracing::warn!(%error, apps = counts.len(), "counts of attempts could not be stored and are lost");
        }
    }
}
