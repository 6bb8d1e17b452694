//! Publishes revocations to the watchers of this process, also those of other replicas.

use std::sync::Arc;
use std::time::Duration;

use patchbay_db::Db;
use patchbay_domain::Clock;
use patchbay_runtime::{Stop, sleep};
use tokio::sync::{Notify, broadcast};

use crate::domain::code::Hash;
use crate::store::revocations;

/// The longest delay of a revocation by another replica.
///
/// It is also the interval of [`Update::Idle`], by which watchers notice within a second that the connection is lost.
const POLL: Duration = Duration::from_millis(250);

/// Revocations of one query and of one message.
const BATCH: i64 = 500;

/// Messages by which a watcher may lag. Beyond that it is disconnected and has to start anew.
pub(crate) const MAX_LAG: usize = 256;

/// A message to the watchers.
#[derive(Clone, Debug)]
pub(crate) enum Update {
    Revoked(Arc<[Hash]>),
    /// Every revocation up to now has been published.
    Idle,
    /// The database could not be read, so revocations may be missing.
    Interrupted,
}

/// Cheap to clone; clones are the same feed.
///
/// Every revocation is read from the table, also those of this process: one source has one order and no duplicates. A
/// revocation of this process only wakes the reader, so that its watchers receive it at once.
#[derive(Clone)]
pub(crate) struct RevocationFeed {
    updates: broadcast::Sender<Update>,
    wake: Arc<Notify>,
}

impl RevocationFeed {
    pub(crate) fn new() -> Self {
        Self { updates: broadcast::Sender::new(MAX_LAG), wake: Arc::default() }
    }

    /// Receives every update from now on.
    pub(crate) fn subscribe(&self) -> broadcast::Receiver<Update> {
        self.updates.subscribe()
    }

    /// Makes [`RevocationFeed::run`] read the table now.
    pub(crate) fn wake(&self) {
        self.wake.notify_one();
    }

    pub(crate) fn publish(&self, update: Update) {
        // An error means that there are no watchers.
        let _ = self.updates.send(update);
    }

    /// Publishes the rows after `position` until the process stops.
    pub(crate) async fn run(self, db: Db, clock: Clock, mut position: i64, stop: Stop) {
        let mut is_interrupted = false;
        loop {
            tokio::select! {
                () = self.wake.notified() => {}
                () = sleep(&clock, POLL) => {}
                () = stop.requested() => return,
            }
            match self.catch_up(&db, &mut position).await {
                Ok(()) => is_interrupted = false,
                Err(error) => {
                    if !is_interrupted {
                        tracing::warn!(%error, "revocations cannot be read; watchers are disconnected until they can");
                    }
                    is_interrupted = true;
                    self.publish(Update::Interrupted);
                }
            }
        }
    }

    async fn catch_up(&self, db: &Db, position: &mut i64) -> patchbay_db::Result<()> {
        let mut update = Update::Idle;
        loop {
            let batch = revocations::after(db, *position, BATCH).await?;
            if let Some((last, _)) = batch.last() {
                *position = *last;
                update = Update::Revoked(batch.iter().map(|(_, hash)| *hash).collect());
            }
            let is_full = i64::try_from(batch.len()).is_ok_and(|length| length == BATCH);
            if !is_full {
                self.publish(update);
                return Ok(());
            }
            self.publish(std::mem::replace(&mut update, Update::Idle));
        }
    }
}
