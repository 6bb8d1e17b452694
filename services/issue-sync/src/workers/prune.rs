//! Deletes what is no longer needed.

use std::time::Duration;

use chrono::TimeDelta;
use patchbay_domain::Error;
use patchbay_runtime::sleep;

use crate::context::Context;
use crate::domain::health::{KEPT_DAYS, first_kept};
use crate::store::{health, inbound, link_claims, setups};

/// The time between two rounds.
const PAUSE: Duration = Duration::from_secs(600);
/// Webhooks are recognised for this long.
const DELIVERIES: TimeDelta = TimeDelta::days(3);

/// Runs until a stop is requested.
pub(crate) async fn run(context: Context) {
    while !context.stop.is_requested() {
        if let Err(error) = prune(&context).await {
            tracing::warn!(%error, "old rows could not be deleted; the next attempt is in ten minutes");
        }
        tokio::select! {
            () = context.stop.requested() => return,
            () = sleep(&context.clock, PAUSE) => {}
        }
    }
}

async fn prune(context: &Context) -> Result<(), Error> {
    let (db, now) = (&context.db, context.now());
    setups::prune(db, now).await?;
    link_claims::prune(db, now).await?;
    inbound::prune(db, now - DELIVERIES).await?;
    health::prune(db, &first_kept(now), now - TimeDelta::days(KEPT_DAYS)).await
}
