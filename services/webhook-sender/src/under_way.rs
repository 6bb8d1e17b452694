//! The webhooks that this process is about to send or is sending.
//!
//! A claim in the database keeps other replicas away until a moment of the clock. The clock may be set on by a day while the
//! attempt has not lasted for a second; what this process is doing itself it need not guess from the time.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use uuid::Uuid;

/// Their ids. Clones share the set.
#[derive(Debug, Clone, Default)]
pub(crate) struct UnderWay(Arc<Mutex<HashSet<Uuid>>>);

/// One of them, until dropped.
#[derive(Debug)]
pub(crate) struct Entry {
    under_way: UnderWay,
    delivery_id: Uuid,
}

impl UnderWay {
    /// `None` when it is under way already.
    pub(crate) fn enter(&self, delivery_id: Uuid) -> Option<Entry> {
        self.lock().insert(delivery_id).then(|| Entry { under_way: self.clone(), delivery_id })
    }

    fn lock(&self) -> MutexGuard<'_, HashSet<Uuid>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Entry {
    fn drop(&mut self) {
        self.under_way.lock().remove(&self.delivery_id);
    }
}
