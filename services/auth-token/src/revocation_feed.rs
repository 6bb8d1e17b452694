//! Tells the watchers of this process what was revoked, here or in another replica.

use std::sync::Arc;
use std::time::Duration;

use patchbay_db::Db;
use patchbay_domain::Clock;
use patchbay_runtime::{Stop, sleep};
use tokio::sync::{Notify, broadcast};

use crate::domain::code::Hash;
use crate::store::revocations;

/// How long a revocation of another replica may go unnoticed.
const POLL: Duration = Duration::from_secs(1);

/// Revocations read at once, and so told in one message.
const BATCH: i64 = 500;

/// Messages a watcher may lag behind. One who lags further is disconnected, and starts anew.
pub(crate) const MAX_LAG: usize = 256;

/// What watchers are told.
#[derive(Clone, Debug)]
pub(crate) enum News {
    Revoked(Arc<[Hash]>),
    /// The database could not be read, so there may be revocations nobody here knows of.
    Interrupted,
}

/// Cheap to clone; clones are the same feed.
///
/// Everything comes from the table, also what was revoked in this process: one source, hence one order and
/// nothing told twice. A revocation here only wakes the reader, so that its watchers hear of it at once.
#[derive(Clone)]
pub(crate) struct RevocationFeed {
    news: broadcast::Sender<News>,
    wake: Arc<Notify>,
}

impl RevocationFeed {
    pub(crate) fn new() -> Self {
        Self { news: broadcast::Sender::new(MAX_LAG), wake: Arc::default() }
    }

    /// Everything revoked from now on.
    pub(crate) fn subscribe(&self) -> broadcast::Receiver<News> {
        self.news.subscribe()
    }

    /// Says that the table has news.
    pub(crate) fn wake(&self) {
        self.wake.notify_one();
    }

    pub(crate) fn tell(&self, news: News) {
        // Fails when nobody watches, which is fine.
        let _ = self.news.send(news);
    }

    /// Reads the table after `position` for as long as the process runs.
    pub(crate) async fn run(self, db: Db, clock: Clock, mut position: i64, stop: Stop) {
        loop {
            tokio::select! {
                () = self.wake.notified() => {}
                () = sleep(&clock, POLL) => {}
                () = stop.requested() => return,
            }
            if let Err(error) = self.catch_up(&db, &mut position).await {
                tracing::warn!(%error, "revocations cannot be read, watchers are disconnected");
                self.tell(News::Interrupted);
            }
        }
    }

    async fn catch_up(&self, db: &Db, position: &mut i64) -> patchbay_db::Result<()> {
        loop {
            let batch = revocations::after(db, *position, BATCH).await?;
            let Some((last, _)) = batch.last() else { return Ok(()) };
            *position = *last;
            self.tell(News::Revoked(batch.into_iter().map(|(_, hash)| hash).collect()));
        }
    }
}
