//! Keeps a mirror current from a watch stream.

use std::collections::HashMap;
use std::hash::Hash;

use patchbay_rpc::Follower;

use super::mirror::Mirror;

/// The rows of one stream message, and whether the snapshot is complete with it.
pub(crate) type Step<K, V> = (Vec<(K, V)>, bool);

/// Applies a stream to a mirror. The mirror stays unchanged until a snapshot is complete.
pub(crate) struct Following<'a, K, V, R> {
    mirror: &'a Mirror<K, V>,
    /// The rows received so far, until the snapshot is complete.
    snapshot: Option<HashMap<K, V>>,
    read: R,
}

impl<'a, K, V, R> Following<'a, K, V, R> {
    /// `read` converts a message.
    pub(crate) fn new(mirror: &'a Mirror<K, V>, read: R) -> Self {
        Self { mirror, snapshot: None, read }
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

    fn received(&mut self, message: M) -> bool {
        let (rows, complete) = (self.read)(message);
        match self.snapshot.take() {
            None => self.mirror.update(rows),
            Some(mut gathered) => {
                gathered.extend(rows);
                if complete {
                    self.mirror.replace(gathered);
                } else {
                    self.snapshot = Some(gathered);
                }
            }
        }
        self.snapshot.is_none()
    }

    fn lost(&mut self) {
        self.mirror.lost();
    }
}
