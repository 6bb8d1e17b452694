use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};
use patchbay_db::{Db, Tx};
use patchbay_domain::{Clock, Random, Result};
use patchbay_runtime::Stop;
use uuid::Uuid;

use crate::config::Config;
use crate::domain::code::Hash;
use crate::domain::ended;
use crate::domain::refresh_limit::RefreshLimit;
use crate::last_used::LastUsed;
use crate::metrics::AuthTokenMetrics;
use crate::oidc::Provider;
use crate::revocation_feed::RevocationFeed;
use crate::store::{ended_installations, lock, revocations};

/// Shared by every operation; cheap to clone.
#[derive(Clone)]
pub(crate) struct Context {
    pub(crate) db: Db,
    pub(crate) clock: Clock,
    pub(crate) random: Random,
    pub(crate) config: Arc<Config>,
    pub(crate) metrics: AuthTokenMetrics,
    pub(crate) feed: RevocationFeed,
    pub(crate) provider: Option<Arc<Provider>>,
    pub(crate) uses: Arc<LastUsed>,
    pub(crate) refresh_limit: Arc<Mutex<RefreshLimit>>,
    pub(crate) stop: Stop,
}

impl Context {
    pub(crate) fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// Locks the grant and tokens of an installation until the transaction ends.
    ///
    /// # Errors
    /// The installation has ended: a token issued now would survive its end.
    pub(crate) async fn lock_live(&self, tx: &mut Tx, installation: Uuid) -> Result<()> {
        lock::installation(tx, installation).await?;
        ended::check(ended_installations::contains(tx, installation).await?)
    }

    /// Counts an attempt to refresh.
    ///
    /// # Errors
    /// The installation has reached its limit; after this time it may try again.
    pub(crate) fn admit_refresh(&self, app_id: i64, installation: Uuid) -> Result<(), TimeDelta> {
        let mut limit = self.refresh_limit.lock().unwrap_or_else(PoisonError::into_inner);
        limit.admit(app_id, installation, self.now())
    }

    /// Records the revocation of these tokens, commits, and wakes the revocation feed.
    pub(crate) async fn commit_revoking(&self, mut tx: Tx, hashes: &[Hash]) -> Result<()> {
        revocations::record(&mut tx, hashes, self.now()).await?;
        tx.commit().await?;
        if !hashes.is_empty() {
            self.feed.wake();
        }
        Ok(())
    }
}
