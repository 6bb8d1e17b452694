//! Changes of issues, published by the tracker.

use std::time::Duration;

use patchbay_bus::Consumer;
use patchbay_db::Db;
use patchbay_domain::Error;
use patchbay_proto::tracker::IssueChange;
use patchbay_proto::tracker::issue_change::Change;
use patchbay_runtime::Stop;
use prost::Message;

use crate::store::{external_issues, links};

/// Changes in memory at once.
pub(crate) const WINDOW: u16 = 64;

/// Pause before a change is applied again after a database failure. The message is held meanwhile: each return to the queue would
/// bring it closer to the poison messages.
const PAUSE: Duration = Duration::from_secs(1);

#[derive(Debug)]
pub(crate) struct IssueChanges {
    pub(crate) consumer: Consumer,
    pub(crate) db: Db,
}

impl IssueChanges {
    /// Runs until a stop is requested. A message that is dropped without acknowledgement is delivered again.
    pub(crate) async fn run(mut self, stop: Stop) {
        loop {
            let delivery = tokio::select! {
                delivery = self.consumer.next() => delivery,
                () = stop.requested() => return,
            };
            let Some(delivery) = delivery else { break };
            match IssueChange::decode(delivery.body.clone()) {
                Ok(change) => tokio::select! {
                    () = apply_until_done(&self.db, &change) => delivery.ack(),
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

async fn apply_until_done(db: &Db, change: &IssueChange) {
    while let Err(error) = apply(db, change).await {
        tracing::warn!(%error, issue = change.issue_id, "a change of an issue could not be applied; the next attempt is in 1 s");
        tokio::time::sleep(PAUSE).await;
    }
}

async fn apply(db: &Db, change: &IssueChange) -> Result<(), Error> {
    match &change.change {
        Some(Change::Deleted(_)) => forget(db, change.issue_id).await,
        // Nothing is sent to trackers yet.
        Some(_) | None => Ok(()),
    }
}

/// Ends the links of a deleted issue. Its tickets at the tracker stay as they are.
async fn forget(db: &Db, issue_id: i64) -> Result<(), Error> {
    loop {
        let linked = links::of_issue(db, issue_id).await?;
        if linked.is_empty() {
            return Ok(());
        }
        for link in linked {
            let mut tx = db.begin().await?;
            external_issues::lock(&mut tx, link.ticket.id).await?;
            links::delete(&mut tx, link.id).await?;
            external_issues::delete_unlinked(&mut tx, link.ticket.id).await?;
            tx.commit().await?;
        }
    }
}
