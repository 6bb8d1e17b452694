//! Goes on with recoveries: a share each second.

use std::sync::Arc;
use std::time::Duration;

use patchbay_db::{Db, DbError};
use patchbay_domain::Clock;
use patchbay_runtime::{Stop, sleep};
use tokio::sync::Notify;

use super::due::Wake;
use crate::store::recoveries::{recover, take_due};

/// While none is running.
const SELDOM: Duration = Duration::from_secs(10);
const OFTEN: Duration = Duration::from_secs(1);

/// Works until `stop`.
pub(crate) async fn run_recoveries(db: Db, clock: Clock, begun: Arc<Notify>, wake: Arc<Wake>, stop: Stop) {
    loop {
        let running = look(&db, &clock, &wake).await.unwrap_or_else(|error| {
            tracing::warn!(%error, "recoveries cannot go on");
            true
        });
        tokio::select! {
            () = stop.requested() => return,
            () = begun.notified() => {}
            () = sleep(&clock, if running { OFTEN } else { SELDOM }) => {}
        }
    }
}

/// Whether any is running.
async fn look(db: &Db, clock: &Clock, wake: &Wake) -> Result<bool, DbError> {
    let jobs = take_due(db, clock.now()).await?;
    for job in &jobs {
        if recover(db, job, clock.now()).await? > 0 {
            wake.now();
        }
    }
    Ok(!jobs.is_empty())
}
