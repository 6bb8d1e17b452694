//! The running tasks of a scope, and those that were dropped.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::sync::watch;

type Names = BTreeMap<u64, Arc<str>>;

/// Counts tasks by name.
#[derive(Debug, Default)]
pub(super) struct Running {
    tasks: Arc<watch::Sender<Tasks>>,
    next: AtomicU64,
}

#[derive(Debug, Default)]
struct Tasks {
    running: Names,
    // Kept separately, because a task that a hard stop drops may be gone before the drain reads the list.
    dropped: Names,
}

impl Running {
    /// Adds a task, which is removed when the guard is dropped.
    pub(super) fn enter(&self, name: Arc<str>) -> Guard {
        let id = self.next.fetch_add(1, Ordering::Relaxed);
        self.tasks.send_modify(|tasks| _ = tasks.running.insert(id, name));
        Guard { tasks: self.tasks.clone(), id }
    }

    /// The names of the running tasks, each once, with a count if several share the name.
    pub(super) fn names(&self) -> Vec<String> {
        counted(&self.tasks.borrow().running)
    }

    /// The running tasks and those that a hard stop has dropped.
    pub(super) fn unfinished(&self) -> Vec<String> {
        let tasks = self.tasks.borrow();
        counted(&tasks.running.clone().into_iter().chain(tasks.dropped.clone()).collect())
    }

    /// Returns once no task is running.
    pub(super) async fn none_left(&self) {
        // Fails only if the sender is dropped, but `self` owns it.
        let _ = self.tasks.subscribe().wait_for(|tasks| tasks.running.is_empty()).await;
    }
}

fn counted(names: &Names) -> Vec<String> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    names.values().for_each(|name| *counts.entry(name).or_default() += 1);
    let shown = |(name, count): (&str, usize)| match count {
        1 => name.to_owned(),
        _ => format!("{name} ({count} times)"),
    };
    counts.into_iter().map(shown).collect()
}

pub(super) struct Guard {
    tasks: Arc<watch::Sender<Tasks>>,
    id: u64,
}

impl Guard {
    /// Records that the task is dropped before its end.
    pub(super) fn note_dropped(&self) {
        self.tasks.send_if_modified(|tasks| {
            let name = tasks.running.get(&self.id).cloned();
            tasks.dropped.extend(name.map(|name| (self.id, name)));
            false
        });
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        self.tasks.send_modify(|tasks| _ = tasks.running.remove(&self.id));
    }
}
