use std::ops::RangeInclusive;
use std::sync::Arc;

use patchbay_db::{Db, Tx};
use patchbay_domain::sealed::SealingKeys;
use patchbay_domain::{Clock, Error, Random};
use patchbay_runtime::Stop;
use tokio::sync::Notify;

use crate::mail::MailOutbox;
use crate::metrics::InstallationMetrics;
use crate::peers::{Directory, Projects, Tokens};
use crate::watch::changes::Changes;

/// Shared by every operation; cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Context {
    pub(crate) db: Db,
    pub(crate) clock: Clock,
    pub(crate) random: Random,
    pub(crate) sealing: SealingKeys,
    pub(crate) tokens: Tokens,
    pub(crate) directory: Directory,
    pub(crate) projects: Projects,
    pub(crate) changes: Changes,
    pub(crate) mail: MailOutbox,
    pub(crate) metrics: InstallationMetrics,
    /// The operator's bounds for the webhook timeout of an app, in milliseconds.
    pub(crate) timeouts: RangeInclusive<u32>,
    /// Wakes [`workers`](crate::workers) before their next round.
    pub(crate) upkeep: Arc<Notify>,
    pub(crate) stop: Stop,
}

impl Context {
    /// Like [`Context::commit`]; also wakes the mail worker.
    pub(crate) async fn commit_and_send_mail(&self, tx: Tx) -> Result<(), Error> {
        self.commit(tx).await?;
        self.mail.wake_worker();
        Ok(())
    }

    /// Commits a change and wakes the streams that watch for changes.
    pub(crate) async fn commit(&self, tx: Tx) -> Result<(), Error> {
        tx.commit().await?;
        self.changes.announce();
        Ok(())
    }
}
