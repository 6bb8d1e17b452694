use std::time::Duration;

use patchbay_db::DbError;
use patchbay_runtime::sleep;

use crate::context::Context;
use crate::store::recoveries::{recover, take_due};

/// Pause while no recovery is running.
const IDLE: Duration = Duration::from_secs(10);
/// Pause between two batches.
const RUNNING: Duration = Duration::from_secs(1);

/// Makes the next batch of each running recovery due, until a stop is requested.
pub(crate) async fn run_recoveries(context: Context) {
    loop {
        let running = run_due(&context).await.unwrap_or_else(|error| {
            tracing::warn!(%error, "recoveries could not continue; the next attempt is in 1 s");
            true
        });
        tokio::select! {
            () = context.stop.requested() => return,
            () = context.recovery_started.notified() => {}
            () = sleep(&context.clock, if running { RUNNING } else { IDLE }) => {}
        }
    }
}

/// Returns whether a recovery is running.
async fn run_due(context: &Context) -> Result<bool, DbError> {
    let Context { db, clock, due, .. } = context;
    let recoveries = take_due(db, clock.now()).await?;
    for recovery in &recoveries {
        if recover(db, recovery, clock.now()).await? > 0 {
            due.now();
        }
    }
    Ok(!recoveries.is_empty())
}
