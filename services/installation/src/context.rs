use std::ops::RangeInclusive;
use std::sync::Arc;

use patchbay_db::{Db, Tx};
use patchbay_domain::sealed::SealingKeys;
use patchbay_domain::{Clock, Error};
use patchbay_runtime::Stop;
use tokio::sync::Notify;

use crate::changes::Changes;
use crate::mail::Post;
use crate::metrics::InstallationMetrics;
use crate::peers::{Directory, Projects, Tokens};

/// What every operation works with. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Context {
    pub(crate) db: Db,
    pub(crate) clock: Clock,
    pub(crate) sealing: SealingKeys,
    pub(crate) tokens: Tokens,
    pub(crate) directory: Directory,
    pub(crate) projects: Projects,
    pub(crate) changes: Changes,
    pub(crate) post: Post,
    pub(crate) metrics: InstallationMetrics,
    /// The operator's bounds of what apps may set as their timeout, in milliseconds.
    pub(crate) timeouts: RangeInclusive<u32>,
    /// Wakes [`workers`](crate::workers) before their time.
    pub(crate) upkeep: Arc<Notify>,
    pub(crate) stop: Stop,
}

impl Context {
    /// As [`Context::commit`], and mail of the transaction goes out.
    pub(crate) async fn commit_and_post(&self, tx: Tx) -> Result<(), Error> {
        self.commit(tx).await?;
        self.post.hurry();
        Ok(())
    }

    /// Commits a change and wakes those who watch.
    pub(crate) async fn commit(&self, tx: Tx) -> Result<(), Error> {
        tx.commit().await?;
        self.changes.announce();
        Ok(())
    }
}
