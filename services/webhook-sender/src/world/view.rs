//! Somebody else's table, as far as their stream has told.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{PoisonError, RwLock};

use tokio::sync::watch;

/// A copy that is read all the time and changed now and then.
#[derive(Debug)]
pub(crate) struct View<K, V> {
    rows: RwLock<HashMap<K, V>>,
    news: watch::Sender<News>,
}

/// What happened to a view.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct News {
    /// A whole snapshot has been seen at some time.
    complete: bool,
    /// The stream is open and its snapshot has been seen.
    current: bool,
    /// Only so that each change is one.
    changes: u64,
}

impl<K, V> Default for View<K, V> {
    fn default() -> Self {
        Self { rows: RwLock::default(), news: watch::Sender::default() }
    }
}

impl<K: Eq + Hash, V: Clone> View<K, V> {
    pub(crate) fn get(&self, key: &K) -> Option<V> {
        self.rows.read().unwrap_or_else(PoisonError::into_inner).get(key).cloned()
    }

    /// The first row that `wanted` likes.
    pub(crate) fn find(&self, wanted: impl Fn(&V) -> bool) -> Option<V> {
        self.rows.read().unwrap_or_else(PoisonError::into_inner).values().find(|row| wanted(row)).cloned()
    }

    /// Takes a whole snapshot in place of everything known before.
    pub(crate) fn replace(&self, rows: HashMap<K, V>) {
        *self.rows.write().unwrap_or_else(PoisonError::into_inner) = rows;
        self.tell(|news| (news.complete, news.current) = (true, true));
    }

    /// Takes changes.
    pub(crate) fn update(&self, rows: Vec<(K, V)>) {
        self.rows.write().unwrap_or_else(PoisonError::into_inner).extend(rows);
        self.tell(|_| {});
    }

    /// The stream broke: what is known stays, but may be out of date from now on.
    pub(crate) fn lost(&self) {
        self.tell(|news| news.current = false);
    }

    pub(crate) fn is_complete(&self) -> bool {
        self.news.borrow().complete
    }

    pub(crate) fn is_current(&self) -> bool {
        self.news.borrow().current
    }

    /// Returns once a whole snapshot has been seen.
    pub(crate) async fn complete(&self) {
        // The sender lives as long as we do.
        let _ = self.news.subscribe().wait_for(|news| news.complete).await;
    }

    /// Sees each change from now on.
    pub(crate) fn news(&self) -> watch::Receiver<News> {
        self.news.subscribe()
    }

    fn tell(&self, change: impl FnOnce(&mut News)) {
        self.news.send_modify(|news| {
            news.changes += 1;
            change(news);
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lost_stream_leaves_what_was_known_and_a_snapshot_replaces_it() {
        let view = View::default();
        assert!(!view.is_complete());
        view.replace(HashMap::from([(1, "a"), (2, "b")]));
        view.update(vec![(3, "c")]);
        view.lost();
        assert!(view.is_complete() && !view.is_current());
        assert_eq!((view.get(&1), view.get(&3)), (Some("a"), Some("c")));
        view.replace(HashMap::from([(2, "B")]));
        assert!(view.is_current());
        assert_eq!((view.get(&1), view.get(&2), view.get(&3)), (None, Some("B"), None));
        assert_eq!(view.find(|row| *row == "B"), Some("B"));
    }
}
