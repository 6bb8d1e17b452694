//! In-memory copy of another service's table, kept current by its watch stream.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{PoisonError, RwLock};

use tokio::sync::watch;

/// A copy that is read for every webhook and changed rarely.
#[derive(Debug)]
pub(crate) struct Mirror<K, V> {
    rows: RwLock<HashMap<K, V>>,
    state: watch::Sender<MirrorState>,
}

#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct MirrorState {
    /// A complete snapshot has been received.
    complete: bool,
    /// The stream is open and its snapshot has been received.
    current: bool,
    /// Bumped on every change so that `watch` receivers always wake, even if the flags stay equal.
    changes: u64,
}

impl<K, V> Default for Mirror<K, V> {
    fn default() -> Self {
        Self { rows: RwLock::default(), state: watch::Sender::default() }
    }
}

impl<K: Eq + Hash, V: Clone> Mirror<K, V> {
    pub(crate) fn get(&self, key: &K) -> Option<V> {
        self.rows.read().unwrap_or_else(PoisonError::into_inner).get(key).cloned()
    }

    /// Any row that matches.
    pub(crate) fn find(&self, matches: impl Fn(&V) -> bool) -> Option<V> {
        self.rows.read().unwrap_or_else(PoisonError::into_inner).values().find(|row| matches(row)).cloned()
    }

    /// The greatest value of a field over all rows.
    pub(crate) fn max_of<T: Ord>(&self, field: impl Fn(&V) -> T) -> Option<T> {
        self.rows.read().unwrap_or_else(PoisonError::into_inner).values().map(field).max()
    }

    /// Replaces all rows by those of a complete snapshot.
    pub(crate) fn replace(&self, rows: HashMap<K, V>) {
        *self.rows.write().unwrap_or_else(PoisonError::into_inner) = rows;
        self.change(|state| (state.complete, state.current) = (true, true));
    }

    /// Inserts or overwrites rows.
    pub(crate) fn update(&self, rows: Vec<(K, V)>) {
        self.rows.write().unwrap_or_else(PoisonError::into_inner).extend(rows);
        self.change(|_| {});
    }

    /// The stream broke. The rows stay, but may be out of date from now on.
    pub(crate) fn lost(&self) {
        self.change(|state| state.current = false);
    }

    pub(crate) fn is_complete(&self) -> bool {
        self.state.borrow().complete
    }

    pub(crate) fn is_current(&self) -> bool {
        self.state.borrow().current
    }

    /// Returns once a complete snapshot has been received.
    pub(crate) async fn complete(&self) {
        // Cannot fail: `self` owns the sender.
        let _ = self.state.subscribe().wait_for(|state| state.complete).await;
    }

    /// Wakes on each change from now on.
    pub(crate) fn changes(&self) -> watch::Receiver<MirrorState> {
        self.state.subscribe()
    }

    fn change(&self, change: impl FnOnce(&mut MirrorState)) {
        self.state.send_modify(|state| {
            state.changes += 1;
            change(state);
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_outlast_a_lost_stream_until_the_next_snapshot_replaces_them() {
        let mirror = Mirror::default();
        assert!(!mirror.is_complete());
        mirror.replace(HashMap::from([(1, "a"), (2, "b")]));
        mirror.update(vec![(3, "c")]);
        mirror.lost();
        assert!(mirror.is_complete() && !mirror.is_current());
        assert_eq!((mirror.get(&1), mirror.get(&3)), (Some("a"), Some("c")));
        mirror.replace(HashMap::from([(2, "B")]));
        assert!(mirror.is_current());
        assert_eq!((mirror.get(&1), mirror.get(&2), mirror.get(&3)), (None, Some("B"), None));
        assert_eq!(mirror.find(|row| *row == "B"), Some("B"));
    }
}
