//! Changes of issues, published by the tracker.

mod forget;
mod send;

use std::time::Duration;

use patchbay_bus::Consumer;
use patchbay_domain::Error;
use patchbay_proto::tracker::IssueChange;
use patchbay_proto::tracker::issue_change::Change;
use prost::Message;

use crate::context::Context;

/// Changes in memory at once.
pub(crate) const WINDOW: u16 = 64;

/// Pause before a change is applied again after a database failure. The message is held meanwhile: each return to the queue would
/// bring it closer to the poison messages.
const PAUSE: Duration = Duration::from_secs(1);

#[derive(Debug)]
pub(crate) struct IssueChanges {
    pub(crate) consumer: Consumer,
    pub(crate) context: Context,
}

impl IssueChanges {
    /// Runs until a stop is requested. A message that is dropped without acknowledgement is delivered again.
    pub(crate) async fn run(mut self) {
        let stop = self.context.stop.clone();
        loop {
            let delivery = tokio::select! {
                delivery = self.consumer.next() => delivery,
                () = stop.requested() => return,
            };
            let Some(delivery) = delivery else { break };
            match IssueChange::decode(delivery.body.clone()) {
                Ok(change) => tokio::select! {
                    () = apply_until_done(&self.context, &change) => delivery.ack(),
                    () = stop.requested() => return,
                },
                Err(error) => {
                    tracing::warn!(%error, key = delivery.key, "a change of an issue could not be decoded; it is moved to the poison messages");
                    delivery.reject();
                }
            }
        }
        // The bus closes only when a stop follows.
        stop.requested().await;
    }
}

async fn apply_until_done(context: &Context, change: &IssueChange) {
    while let Err(error) = apply(context, change).await {
        tracing::warn!(%error, issue = change.issue_id, "a change of an issue could not be applied; the next attempt is in 1 s");
        tokio::time::sleep(PAUSE).await;
    }
}

async fn apply(context: &Context, change: &IssueChange) -> Result<(), Error> {
    let Some(what) = &change.change else { return Ok(()) };
    match what {
        Change::Assignee(_) | Change::Status(_) | Change::Comment(_) => {
            send::to_linked(context, change, what).await
        }
        Change::TicketRequested(requested) => send::ticket(context, change, requested).await,
        Change::Deleted(_) => forget::issue(&context.db, change.issue_id).await,
        Change::ProjectDeleted(_) => {
            forget::project(&context.db, change.organization_id, change.project_id).await
        }
        Change::MemberRemoved(removed) => {
            forget::member(&context.db, change.organization_id, removed.user_id).await
        }
    }
}
