//! Moves committed data from SQLite's write-ahead log into the database file, on a separate connection.
//!
//! By default SQLite does this within a commit, about every thousand pages. That commit then takes two more
//! `fsync`s and has to write all the pages, while its caller waits.

use std::sync::Arc;
use std::time::Duration;

use sqlx::SqlitePool;
use sqlx::sqlite::SqlitePoolOptions;
use tokio::sync::Notify;
use tokio::task::AbortHandle;

/// Delay from a commit to the checkpoint. With a longer delay, several changes of a page are written once.
const PAUSE: Duration = Duration::from_millis(500);
/// Number of pages after which a commit makes a checkpoint itself. The log can only start anew when all of it
/// has been moved. Under constant writes that may never happen, and the log must not grow without bound.
pub(crate) const PAGES: &str = "16000";

/// Stops when dropped.
#[derive(Debug)]
pub(crate) struct Checkpoints(AbortHandle);

impl Checkpoints {
    /// Checkpoints on a connection of `readers` some time after `committed` was notified.
    pub(crate) fn begin(readers: SqlitePool, committed: Arc<Notify>) -> Self {
        let task = tokio::spawn(async move {
            loop {
                committed.notified().await;
                tokio::time::sleep(PAUSE).await;
                // If a checkpoint fails, the next one moves more pages.
                if let Err(error) = sqlx::query("pragma wal_checkpoint(passive)").execute(&readers).await {
                    tracing::debug!(%error, "checkpoint failed; the next one follows the next commit");
                }
            }
        });
        Self(task.abort_handle())
    }
}

impl Drop for Checkpoints {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Makes each commit on the connections of a pool notify `committed`.
pub(crate) fn notifying(options: SqlitePoolOptions, committed: Arc<Notify>) -> SqlitePoolOptions {
    options.after_connect(move |connection, _| {
        let committed = committed.clone();
        Box::pin(async move {
            connection.lock_handle().await?.set_commit_hook(move || {
                committed.notify_one();
                true
            });
            Ok(())
        })
    })
}
