//! Moves what SQLite has committed from its write-ahead log into its file, beside the writer.
//!
//! Left alone, SQLite does that within a commit, about every thousand pages: whoever waits for that commit waits for
//! two more `fsync`s and for all the pages, too.

use std::sync::Arc;
use std::time::Duration;

use sqlx::SqlitePool;
use sqlx::sqlite::SqlitePoolOptions;
use tokio::sync::Notify;
use tokio::task::AbortHandle;

/// From a commit to the checkpoint. The longer, the more changes of one page are written once.
const PAUSE: Duration = Duration::from_millis(500);
/// Pages after which a commit makes a checkpoint after all: the log cannot begin anew as long as there is always
/// something in it that is not moved yet, and must not grow for ever.
pub(crate) const PAGES: &str = "16000";

/// Ends when dropped.
#[derive(Debug)]
pub(crate) struct Checkpoints(AbortHandle);

impl Checkpoints {
    /// Checkpoints on a connection of `readers` some time after `committed` was notified.
    pub(crate) fn begin(readers: SqlitePool, committed: Arc<Notify>) -> Self {
        let task = tokio::spawn(async move {
            loop {
                committed.notified().await;
                tokio::time::sleep(PAUSE).await;
                // Whatever keeps it from happening, the next one does more.
                if let Err(error) = sqlx::query("pragma wal_checkpoint(passive)").execute(&readers).await {
                    tracing::debug!(%error, "no checkpoint was made");
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

/// Has `committed` notified by each commit of the connections of a pool.
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
