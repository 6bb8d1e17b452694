use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, Utc};
use patchbay_db::{Db, Tx};
use patchbay_domain::{Clock, Result};
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

/// What every operation works with.
pub(crate) struct State {
    pub(crate) db: Db,
    pub(crate) clock: Clock,
    pub(crate) config: Config,
    pub(crate) metrics: AuthTokenMetrics,
    pub(crate) feed: RevocationFeed,
    pub(crate) provider: Option<Provider>,
    pub(crate) uses: LastUsed,
    refresh_limit: Mutex<RefreshLimit>,
}

impl State {
    pub(crate) fn new(
        db: Db,
        clock: Clock,
        config: Config,
        metrics: AuthTokenMetrics,
        feed: RevocationFeed,
    ) -> anyhow::Result<Self> {
        let provider = config.oidc.clone().map(|oidc| Provider::new(oidc, clock.clone())).transpose()?;
        let (uses, refresh_limit) = (LastUsed::default(), Mutex::default());
        Ok(Self { db, clock, config, metrics, feed, provider, uses, refresh_limit })
    }

    pub(crate) fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// Makes other writers of this installation's tokens wait until the transaction ends. Refused when the
    /// installation has ended: a token made now would survive it.
    pub(crate) async fn lock_live(&self, tx: &mut Tx, installation: Uuid) -> Result<()> {
        lock::installation(tx, installation).await?;
        ended::check(ended_installations::contains(tx, installation).await?)
    }

    /// Counts an attempt to refresh, or refuses it.
    pub(crate) fn admit_refresh(&self, app_id: i64, installation: Uuid) -> Result<()> {
        let mut limit = self.refresh_limit.lock().unwrap_or_else(PoisonError::into_inner);
        limit.admit(app_id, installation, self.now())
    }

    /// Commits a transaction in which these tokens stopped working, and tells the watchers.
    pub(crate) async fn commit_revoking(&self, mut tx: Tx, hashes: &[Hash]) -> Result<()> {
        revocations::record(&mut tx, hashes, self.now()).await?;
        tx.commit().await?;
        if !hashes.is_empty() {
            self.feed.wake();
        }
        Ok(())
    }
}
