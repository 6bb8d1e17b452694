//! Stores renewed credentials.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use patchbay_db::Db;
use patchbay_domain::Error;
use patchbay_domain::sealed::SealingKeys;

use crate::sealing::{identity_of, metadata_of, open, seal};
use crate::store::{identities, integrations};
use patchbay_provider::{Failure, Kind, Object, Renew, Secrets, Vault};

/// One lock for each integration whose credentials are renewed now. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub(crate) struct Locks(Arc<Mutex<HashMap<i64, Arc<tokio::sync::Mutex<()>>>>>);

impl Locks {
    fn of(&self, integration_id: i64) -> Arc<tokio::sync::Mutex<()>> {
        let mut locks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        locks.retain(|_, lock| Arc::strong_count(lock) > 1);
        locks.entry(integration_id).or_default().clone()
    }
}

/// The credentials of an integration.
pub(crate) struct StoredSecrets {
    pub(crate) db: Db,
    pub(crate) sealing: SealingKeys,
    pub(crate) locks: Locks,
    pub(crate) integration_id: i64,
    pub(crate) identity_id: Option<i64>,
}

impl fmt::Debug for StoredSecrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StoredSecrets").field("integration_id", &self.integration_id).finish_non_exhaustive()
    }
}

#[async_trait]
impl Vault for StoredSecrets {
    async fn renew(&self, stale: &Secrets, renew: &dyn Renew) -> Result<Secrets, Failure> {
        let lock = self.locks.of(self.integration_id);
        let _held = lock.lock().await;
        let stored = self.read().await.map_err(unavailable)?;
        if stored != *stale {
            return Ok(stored);
        }
        let renewed = renew.renew(&stored).await?;
        self.write(&stored, &renewed).await.map_err(unavailable)?;
        Ok(renewed)
    }
}

impl StoredSecrets {
    async fn read(&self) -> Result<Secrets, Error> {
        let mut tx = self.db.begin().await?;
        let integration = integrations::lock(&mut tx, self.integration_id).await?.ok_or_else(gone)?;
        let metadata = open(&self.sealing, &metadata_of(integration.id), &integration.metadata)?;
        let identity = match self.identity_id {
            Some(id) => {
                let data = identities::lock_data(&mut tx, id).await?.ok_or_else(gone)?;
                open(&self.sealing, &identity_of(id), &data)?
            }
            None => Object::new(),
        };
        Ok(Secrets { metadata, identity })
    }

    async fn write(&self, stored: &Secrets, renewed: &Secrets) -> Result<(), Error> {
        let mut tx = self.db.begin().await?;
        if renewed.metadata != stored.metadata {
            let sealed = seal(&self.sealing, &metadata_of(self.integration_id), &renewed.metadata);
            integrations::set_metadata(&mut tx, self.integration_id, &sealed).await?;
        }
        if let Some(id) = self.identity_id.filter(|_| renewed.identity != stored.identity) {
            let sealed = seal(&self.sealing, &identity_of(id), &renewed.identity);
            identities::set_data(&mut tx, id, &sealed).await?;
        }
        Ok(tx.commit().await?)
    }
}

fn gone() -> Error {
    Error::not_found("INTEGRATION_NOT_FOUND", "The integration does not exist.")
}

/// Credentials that cannot be read now can be read later.
fn unavailable(error: Error) -> Failure {
    tracing::warn!(%error, "credentials of an integration cannot be read or stored; the operation is tried again");
    Failure::new(Kind::Unreachable, "The credentials of the integration are not available right now.")
}
