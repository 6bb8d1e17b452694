//! A view that follows a stream.

use std::collections::HashMap;
use std::hash::Hash;

use patchbay_rpc::Follower;

use super::view::View;

/// What one message of a stream says: rows, and whether the snapshot is complete with it.
pub(crate) type Step<K, V> = (Vec<(K, V)>, bool);

/// Keeps a view as a stream tells. Until a snapshot is complete the view stays as it was.
pub(crate) struct Following<'a, K, V, R> {
    view: &'a View<K, V>,
    /// The snapshot as far as it is known, until it is complete.
    snapshot: Option<HashMap<K, V>>,
    read: R,
}

impl<'a, K, V, R> Following<'a, K, V, R> {
    /// `read` says what a message holds.
    pub(crate) fn new(view: &'a View<K, V>, read: R) -> Self {
        Self { view, snapshot: None, read }
    }
}

impl<M, K, V, R> Follower<M> for Following<'_, K, V, R>
where
    K: Eq + Hash,
    V: Clone,
    R: Fn(M) -> Step<K, V>,
{
    fn opened(&mut self) {
        self.snapshot = Some(HashMap::new());
    }

    fn told(&mut self, message: M) -> bool {
        let (rows, complete) = (self.read)(message);
        match self.snapshot.take() {
            None => self.view.update(rows),
            Some(mut gathered) => {
                gathered.extend(rows);
                if complete {
                    self.view.replace(gathered);
                } else {
                    self.snapshot = Some(gathered);
                }
            }
        }
        self.snapshot.is_none()
    }

    fn lost(&mut self) {
        self.view.lost();
    }
}
