//! Background tasks: one loop, a file for each task, and the steps that tasks share with RPCs.
//!
//! Every task is idempotent and works from stored state. Replicas need no coordination, and the next round finishes the
//! work of a process that was killed.

pub(crate) mod end_installation;
mod expire_secrets;
mod forget_apps;
pub(crate) mod propagate_scopes;
mod prune_interactions;
pub(crate) mod reencrypt;
mod remove_apps;

use std::time::Duration;

use patchbay_runtime::sleep;

use crate::context::Context;

/// No caller waits for a round. A caller that needs one soon notifies `Context::upkeep`.
const PAUSE: Duration = Duration::from_secs(5);

/// Runs until a stop is requested.
pub(crate) async fn run(context: Context) {
    while !context.stop.is_requested() {
        for (task, done) in [
            ("propagate scopes", propagate_scopes::propagate_scopes(&context).await),
            ("remove apps", remove_apps::remove_apps(&context).await),
            ("expire secrets", expire_secrets::expire_secrets(&context).await),
            ("forget apps", forget_apps::forget_apps(&context).await),
            ("prune interactions", prune_interactions::prune_interactions(&context).await),
        ] {
            if let Err(error) = done {
                tracing::warn!(%error, task, "a background task failed; it is tried again within seconds");
            }
        }
        tokio::select! {
            () = context.stop.requested() => return,
            () = context.upkeep.notified() => {}
            () = sleep(&context.clock, PAUSE) => {}
        }
    }
}
