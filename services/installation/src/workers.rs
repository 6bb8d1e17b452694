//! What is due for apps without anybody asking: one loop, a file for each duty.
//!
//! Every duty is idempotent and works from what is stored, so that replicas need not agree on who does it, and a
//! process that is killed in the middle leaves nothing behind that the next round does not finish.

mod copy_scopes;
mod expire_secrets;
mod forget_apps;
mod prune_interactions;
pub(crate) mod reencrypt;
mod remove_apps;

use std::time::Duration;

use patchbay_runtime::sleep;

use crate::context::Context;

/// Nobody waits for these duties; whoever does, wakes the loop.
const PAUSE: Duration = Duration::from_secs(5);

/// Until a stop is requested.
pub(crate) async fn run(context: Context) {
    while !context.stop.is_requested() {
        for (duty, done) in [
            ("copy scopes", copy_scopes::copy_scopes(&context).await),
            ("remove apps", remove_apps::remove_apps(&context).await),
            ("expire secrets", expire_secrets::expire_secrets(&context).await),
            ("forget apps", forget_apps::forget_apps(&context).await),
            ("prune interactions", prune_interactions::prune_interactions(&context).await),
        ] {
            if let Err(error) = done {
                tracing::warn!(%error, duty, "not done yet, will be tried again");
            }
        }
        tokio::select! {
            () = context.stop.requested() => return,
            () = context.upkeep.notified() => {}
            () = sleep(&context.clock, PAUSE) => {}
        }
    }
}
