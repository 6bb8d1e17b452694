//! The shared index of subscriptions.

use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};

use tokio::sync::watch;

use crate::domain::index::Index;
use crate::domain::subscription::Change;

/// Changed by the watch stream only. Clones share it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Subscriptions(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    index: RwLock<Index>,
    /// `None` until the first snapshot is complete.
    version: watch::Sender<Option<i64>>,
}

impl Subscriptions {
    /// Never keep it across an await.
    pub(crate) fn read(&self) -> RwLockReadGuard<'_, Index> {
        self.0.index.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Replaces the index by a complete snapshot.
    pub(crate) fn replace(&self, index: Index, version: i64) {
        let old = {
            let mut current = self.0.index.write().unwrap_or_else(PoisonError::into_inner);
            std::mem::replace(&mut *current, index)
        };
        self.0.version.send_replace(Some(version));
        // Freed after the lock is released, because it takes long.
        drop(old);
    }

    pub(crate) fn apply(&self, changes: impl IntoIterator<Item = Change>, version: Option<i64>) {
        {
            let mut index = self.0.index.write().unwrap_or_else(PoisonError::into_inner);
            changes.into_iter().for_each(|change| index.apply(change));
        }
        if version.is_some() {
            self.0.version.send_replace(version);
        }
    }

    /// All changes up to this one are in the index; `None` before the first snapshot.
    pub(crate) fn version(&self) -> Option<i64> {
        *self.0.version.borrow()
    }

    /// Returns once the first snapshot is complete.
    pub(crate) async fn ready(&self) {
        let mut version = self.0.version.subscribe();
        // Fails only when the sender is gone, which `self` holds.
        let _ = version.wait_for(Option::is_some).await;
    }

    /// For the readiness of the process.
    pub(crate) fn check(&self) -> Result<(), &'static str> {
        self.version().map(drop).ok_or("the first snapshot of subscriptions is not complete")
    }
}
