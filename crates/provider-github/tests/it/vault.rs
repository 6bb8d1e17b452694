use async_trait::async_trait;
use patchbay_provider::{Failure, Renew, Secrets, Vault};
use tokio::sync::Mutex;

/// Keeps credentials in memory, as the service keeps them in its database.
#[derive(Debug)]
pub(crate) struct MemoryVault(Mutex<Secrets>);

impl MemoryVault {
    pub(crate) fn new(secrets: Secrets) -> Self {
        Self(Mutex::new(secrets))
    }

    pub(crate) async fn stored(&self) -> Secrets {
        self.0.lock().await.clone()
    }
}

#[async_trait]
impl Vault for MemoryVault {
    async fn renew(&self, stale: &Secrets, renew: &dyn Renew) -> Result<Secrets, Failure> {
        let mut stored = self.0.lock().await;
        if *stored == *stale {
            *stored = renew.renew(&stored).await?;
        }
        Ok(stored.clone())
    }
}
