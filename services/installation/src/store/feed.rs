//! What a stream of changes reads, whatever it streams.

use patchbay_db::Db;
use patchbay_domain::Error;

/// Rows per message; bounds memory on both sides.
pub(crate) const PAGE: usize = 500;

/// Where a row stands among all changes. One transaction may give several rows its version, hence the id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Position {
    pub(crate) version: i64,
    pub(crate) id: i64,
}

/// Rows that carry the version of their last change.
pub(crate) trait Feed: Clone + Send + Sync + 'static {
    type Item: Send;

    /// What there is now, by id, at most [`PAGE`].
    fn snapshot(
        &self,
        db: &Db,
        after_id: i64,
    ) -> impl Future<Output = Result<Vec<(Position, Self::Item)>, Error>> + Send;

    /// What has changed, by position, at most [`PAGE`].
    fn changes(
        &self,
        db: &Db,
        after: Position,
    ) -> impl Future<Output = Result<Vec<(Position, Self::Item)>, Error>> + Send;
}
