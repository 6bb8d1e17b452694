//! The events that this process is handing over, so that the recovery leaves them alone.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use patchbay_runtime::metrics::Gauge;
use uuid::Uuid;

/// Ids of events. Clones share the set.
#[derive(Clone, Debug)]
pub(crate) struct InFlight {
    ids: Arc<Mutex<HashSet<Uuid>>>,
    gauge: Gauge,
}

impl InFlight {
    pub(crate) fn new(gauge: Gauge) -> Self {
        Self { ids: Arc::default(), gauge }
    }

    pub(crate) fn add(&self, ids: impl IntoIterator<Item = Uuid>) {
        let mut set = self.lock();
        set.extend(ids);
        self.show(&set);
    }

    pub(crate) fn remove(&self, ids: &[Uuid]) {
        let mut set = self.lock();
        for id in ids {
            set.remove(id);
        }
        self.show(&set);
    }

    /// Those of `items` that are not being handed over.
    pub(crate) fn without<T>(&self, items: Vec<T>, id: impl Fn(&T) -> Uuid) -> Vec<T> {
        let set = self.lock();
        items.into_iter().filter(|item| !set.contains(&id(item))).collect()
    }

    fn show(&self, set: &HashSet<Uuid>) {
        self.gauge.set(i64::try_from(set.len()).unwrap_or(i64::MAX));
    }

    fn lock(&self) -> MutexGuard<'_, HashSet<Uuid>> {
        self.ids.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
