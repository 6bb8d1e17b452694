use std::time::Duration;

use patchbay_db::Db;
use patchbay_domain::Clock;
use patchbay_runtime::{Stop, sleep};

use crate::store::prune;

const PERIOD: Duration = Duration::from_secs(600);

/// Deletes old rows periodically. Replicas may do it at the same time.
pub(crate) async fn run(db: Db, clock: Clock, stop: Stop) {
    loop {
        tokio::select! {
            () = sleep(&clock, PERIOD) => {}
            () = stop.requested() => return,
        }
        if let Err(error) = delete_all(&db, &clock, &stop).await {
            tracing::warn!(%error, "old rows could not be deleted; the next attempt is in {} s", PERIOD.as_secs());
        }
    }
}

async fn delete_all(db: &Db, clock: &Clock, stop: &Stop) -> patchbay_db::Result<()> {
    while !stop.is_requested() && prune::batch(db, clock.now()).await? {}
    Ok(())
}
