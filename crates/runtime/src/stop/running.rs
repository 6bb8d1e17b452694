//! The tasks of a scope that have not ended.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::sync::watch;

/// Counts tasks by name and tells when none is left.
#[derive(Debug, Default)]
pub(super) struct Running {
    tasks: Arc<watch::Sender<BTreeMap<u64, Arc<str>>>>,
    next: AtomicU64,
}

impl Running {
    /// Enters a task; it leaves when the guard is dropped.
    pub(super) fn enter(&self, name: Arc<str>) -> Guard {
        let id = self.next.fetch_add(1, Ordering::Relaxed);
        self.tasks.send_modify(|tasks| _ = tasks.insert(id, name));
        Guard { tasks: self.tasks.clone(), id }
    }

    /// The names, each once, with a count where several tasks share it.
    pub(super) fn names(&self) -> Vec<String> {
        let mut counts: BTreeMap<Arc<str>, usize> = BTreeMap::new();
        self.tasks.borrow().values().for_each(|name| *counts.entry(name.clone()).or_default() += 1);
        let shown = |(name, count): (Arc<str>, usize)| match count {
            1 => name.to_string(),
            _ => format!("{name} ({count} times)"),
        };
        counts.into_iter().map(shown).collect()
    }

    /// Returns once no task is left.
    pub(super) async fn none_left(&self) {
        // Fails only when the sender is gone, which `self` holds.
        let _ = self.tasks.subscribe().wait_for(BTreeMap::is_empty).await;
    }
}

pub(super) struct Guard {
    tasks: Arc<watch::Sender<BTreeMap<u64, Arc<str>>>>,
    id: u64,
}

impl Drop for Guard {
    fn drop(&mut self) {
        self.tasks.send_modify(|tasks| _ = tasks.remove(&self.id));
    }
}
