//! Stores how many attempts ended how.

use std::sync::Arc;
use std::time::Duration;

use patchbay_db::Db;
use patchbay_domain::Clock;
use patchbay_runtime::{Stop, sleep};

use crate::lane::Lanes;
use crate::store;

/// A process that dies takes at most the counts of this long with it.
const EVERY: Duration = Duration::from_secs(10);

/// Works until `stop`, and then once more.
pub(crate) async fn store_tallies(db: Db, clock: Clock, lanes: Arc<Lanes>, stop: Stop) {
    let mut going_on = true;
    while going_on {
        tokio::select! {
            () = stop.requested() => going_on = false,
            () = sleep(&clock, EVERY) => {}
        }
        let tallies: Vec<_> =
            lanes.all().iter().filter_map(|lane| Some((lane.app_id, lane.take_tally()?))).collect();
        if tallies.is_empty() {
            continue;
        }
        if let Err(error) = store::hours::add(&db, &tallies, clock.now()).await {
            tracing::warn!(%error, apps = tallies.len(), "counts of attempts are lost");
        }
    }
}
