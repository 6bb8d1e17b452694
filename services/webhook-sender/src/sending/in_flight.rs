use std::collections::HashSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use uuid::Uuid;

/// Deliveries that this process is sending right now. Clones share the set.
///
/// Claims in the database expire by wall-clock time, so after a clock jump a claim can look expired while its attempt is
/// still running. This set keeps the process from sending that webhook twice.
#[derive(Debug, Clone, Default)]
pub(crate) struct InFlight(Arc<Mutex<HashSet<Uuid>>>);

/// A delivery in the set, removed when dropped.
#[derive(Debug)]
pub(crate) struct InFlightEntry {
    in_flight: InFlight,
    delivery_id: Uuid,
}

impl InFlight {
    /// `None` when the delivery is in the set already.
    pub(crate) fn enter(&self, delivery_id: Uuid) -> Option<InFlightEntry> {
        self.lock().insert(delivery_id).then(|| InFlightEntry { in_flight: self.clone(), delivery_id })
    }

    fn lock(&self) -> MutexGuard<'_, HashSet<Uuid>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for InFlightEntry {
    fn drop(&mut self) {
        self.in_flight.lock().remove(&self.delivery_id);
    }
}
