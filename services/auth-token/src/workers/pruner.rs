use std::time::Duration;

use patchbay_db::Db;
use patchbay_domain::Clock;
use patchbay_runtime::{Stop, sleep};

use crate::store::prune;

const PERIOD: Duration = Duration::from_secs(600);

/// Deletes what is past its time, now and then. Replicas do it side by side without harm.
pub(crate) async fn run(db: Db, clock: Clock, stop: Stop) {
    loop {
        tokio::select! {
            () = sleep(&clock, PERIOD) => {}
            () = stop.requested() => return,
        }
        if let Err(error) = everything(&db, &clock, &stop).await {
            tracing::warn!(%error, "pruning failed, trying again later");
        }
    }
}

async fn everything(db: &Db, clock: &Clock, stop: &Stop) -> patchbay_db::Result<()> {
    while !stop.is_requested() && prune::batch(db, clock.now()).await? {}
    Ok(())
}
