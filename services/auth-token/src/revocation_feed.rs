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
///
/// Watchers hear this often that nothing has been revoked, so that they notice within a second when they do not hear
/// us any more.
const POLL: Duration = Duration::from_millis(250);

/// Revocations read at once, and so told in one message.
const BATCH: i64 = 500;

/// Messages a watcher may lag behind. One who lags further is disconnected, and starts anew.
pub(crate) const MAX_LAG: usize = 256;

/// What watchers are told.
#[derive(Clone, Debug)]
pub(crate) enum News {
    Revoked(Arc<[Hash]>),
    /// Nothing: everything revoked up to now has been told.
    Nothing,
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
        let mut interrupted = false;
        loop {
            tokio::select! {
                () = self.wake.notified() => {}
                () = sleep(&clock, POLL) => {}
                () = stop.requested() => return,
            }
            match self.catch_up(&db, &mut position).await {
                Ok(()) => interrupted = false,
                Err(error) => {
                    if !interrupted {
                        tracing::warn!(%error, "revocations cannot be read, watchers are disconnected");
                    }
                    interrupted = true;
                    self.tell(News::Interrupted);
                }
            }
        }
    }

    async fn catch_up(&self, db: &Db, position: &mut i64) -> patchbay_db::Result<()> {
        let mut news = News::Nothing;
        loop {
            let batch = revocations::after(db, *position, BATCH).await?;
            if let Some((last, _)) = batch.last() {
                *position = *last;
                news = News::Revoked(batch.iter().map(|(_, hash)| *hash).collect());
            }
            let is_full = i64::try_from(batch.len()).is_ok_and(|length| length == BATCH);
            if !is_full {
                self.tell(news);
                return Ok(());
            }
            self.tell(std::mem::replace(&mut news, News::Nothing));
        }
    }
}
