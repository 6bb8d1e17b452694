//! The shared custom event types.

use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};

use tokio::sync::watch;

use crate::domain::custom_types::CustomTypes;

/// Changed by the watch stream only. Clones share it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Catalogue(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    types: RwLock<CustomTypes>,
    /// Whether a first snapshot is complete.
    known: watch::Sender<bool>,
}

impl Catalogue {
    /// Never keep it across an await.
    pub(crate) fn read(&self) -> RwLockReadGuard<'_, CustomTypes> {
        self.0.types.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Replaces the types by a complete snapshot.
    pub(crate) fn replace(&self, types: CustomTypes) {
        *self.0.types.write().unwrap_or_else(PoisonError::into_inner) = types;
        self.0.known.send_replace(true);
    }

    pub(crate) fn change(&self, change: impl FnOnce(&mut CustomTypes)) {
        change(&mut self.0.types.write().unwrap_or_else(PoisonError::into_inner));
    }

    /// Whether a snapshot is complete, so that a missing type does not exist.
    pub(crate) fn is_known(&self) -> bool {
        *self.0.known.borrow()
    }

    /// Returns once the first snapshot is complete.
    pub(crate) async fn known(&self) {
        let mut known = self.0.known.subscribe();
        // Fails only when the sender is gone, which `self` holds.
        let _ = known.wait_for(|known| *known).await;
    }
}
