use std::sync::Arc;
use std::time::Duration;

use patchbay_runtime::{Stop, sleep};

use crate::state::State;
use crate::store::tokens;

const PERIOD: Duration = Duration::from_secs(10);

/// Tokens of one statement.
const BATCH: usize = 1000;

/// Writes down, now and then, which tokens were used; and once more at the end.
pub(crate) async fn run(state: Arc<State>, stop: Stop) {
    loop {
        let stopped = tokio::select! {
            () = sleep(&state.clock, PERIOD) => false,
            () = stop.requested() => true,
        };
        write(&state).await;
        if stopped {
            return;
        }
    }
}

/// What cannot be written is forgotten: that a token was used is worth no retry.
async fn write(state: &State) {
    let used = state.uses.take();
    for ids in used.chunks(BATCH) {
        if let Err(error) = tokens::set_last_used(&state.db, ids, state.now()).await {
            tracing::warn!(%error, tokens = ids.len(), "when tokens were used cannot be written");
        }
    }
}
