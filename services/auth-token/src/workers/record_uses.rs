use std::time::Duration;

use patchbay_runtime::sleep;

use crate::context::Context;
use crate::store::tokens;

const PERIOD: Duration = Duration::from_secs(10);

/// Tokens of one statement.
const BATCH: usize = 1000;

/// Stores the collected uses of tokens periodically, and once more when the process stops.
pub(crate) async fn run(context: Context) {
    loop {
        let is_stopping = tokio::select! {
            () = sleep(&context.clock, PERIOD) => false,
            () = context.stop.requested() => true,
        };
        write(&context).await;
        if is_stopping {
            return;
        }
    }
}

/// Drops the uses that cannot be stored: they are not worth a retry.
async fn write(context: &Context) {
    let used = context.uses.take();
    for ids in used.chunks(BATCH) {
        if let Err(error) = tokens::set_last_used(&context.db, ids, context.now()).await {
            tracing::warn!(%error, tokens = ids.len(), "uses of tokens could not be stored; they are dropped");
        }
    }
}
