//! The source of a stream of changes.

use patchbay_db::Db;
use patchbay_domain::Error;

/// Rows per message; bounds memory of server and client.
pub(crate) const PAGE: usize = 500;

/// The position of a row among all changes. Rows changed by one transaction share its version, so the id orders them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Position {
    pub(crate) version: i64,
    pub(crate) id: i64,
}

/// Rows that carry the version of their last change.
pub(crate) trait Feed: Clone + Send + Sync + 'static {
    type Item: Send;

    /// Current rows above `after_id`, sorted by id; at most [`PAGE`].
    fn snapshot(
        &self,
        db: &Db,
        after_id: i64,
    ) -> impl Future<Output = Result<Vec<(Position, Self::Item)>, Error>> + Send;

    /// Rows changed after a position, sorted by position; at most [`PAGE`].
    fn changes(
        &self,
        db: &Db,
        after: Position,
    ) -> impl Future<Output = Result<Vec<(Position, Self::Item)>, Error>> + Send;
}
