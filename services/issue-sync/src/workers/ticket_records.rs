//! Records tickets on their issues, where that failed when they were linked or unlinked.

use std::time::Duration;

use chrono::TimeDelta;
use patchbay_domain::Error;
use patchbay_runtime::sleep;

use crate::context::Context;
use crate::linking::ticket_record::settle;
use crate::store::ticket_records;

/// The time between two rounds.
const PAUSE: Duration = Duration::from_secs(5);
/// A record is tried again after this time. Requests that are storing it now are done by then.
const AGAIN: TimeDelta = TimeDelta::seconds(30);

/// Runs until a stop is requested.
pub(crate) async fn run(context: Context) {
    while !context.stop.is_requested() {
        if let Err(error) = round(&context).await {
            tracing::warn!(%error, "tickets could not be recorded on their issues; the next attempt is in 5 s");
        }
        tokio::select! {
            () = context.stop.requested() => return,
            () = sleep(&context.clock, PAUSE) => {}
        }
    }
}

async fn round(context: &Context) -> Result<(), Error> {
    for waiting in ticket_records::due(&context.db, context.now()).await? {
        if context.stop.is_requested() {
            return Ok(());
        }
        if !settle(context, waiting.link_id, waiting.issue_id, waiting.record).await {
            ticket_records::postpone(&context.db, waiting.link_id, context.now() + AGAIN).await?;
        }
    }
    Ok(())
}
