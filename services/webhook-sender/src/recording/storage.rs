use std::time::Duration;

use patchbay_db::Db;
use tokio::sync::watch;

/// Pause between two pings of a database that failed.
const PING_PAUSE: Duration = Duration::from_millis(500);

/// Whether outcomes can be recorded. While they cannot, no new attempt starts, because an attempt without a record is
/// made twice.
#[derive(Debug)]
pub(crate) struct Storage {
    db: Db,
    /// Whether the database answered the last query.
    answers: watch::Sender<bool>,
    /// Whether the last batch was written. A database with a full disk answers queries and refuses writes.
    writes: watch::Sender<bool>,
}

impl Storage {
    pub(crate) fn new(db: Db) -> Self {
        Self { db, answers: watch::Sender::new(true), writes: watch::Sender::new(true) }
    }

    pub(crate) fn query_failed(&self) {
        self.answers.send_replace(false);
    }

    /// Stores whether the last batch was written; returns true if that changed.
    pub(crate) fn set_writes(&self, writes: bool) -> bool {
        self.writes.send_if_modified(|known| std::mem::replace(known, writes) != writes)
    }

    /// Returns at once unless storage failed, and otherwise once it works again. Cancel safe.
    pub(crate) async fn works(&self) {
        // Cannot fail: `self` owns the sender.
        let _ = self.writes.subscribe().wait_for(|writes| *writes).await;
        while !*self.answers.borrow() {
            match self.db.ping().await {
                Ok(()) => drop(self.answers.send_replace(true)),
                Err(_) => tokio::time::sleep(PING_PAUSE).await,
            }
        }
    }
}
