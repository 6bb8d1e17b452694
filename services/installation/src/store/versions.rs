//! The version counter that orders all changes of apps, installations and event types.

use patchbay_db::{Db, Result, Tx};

/// The version of the change that this transaction makes.
///
/// Call first in a transaction: it locks the counter until the transaction ends, so that changes happen one after the
/// other, and rows read after it stay current until the commit.
pub(crate) async fn next(tx: &mut Tx) -> Result<i64> {
    tx.query("update change_counter set version = version + 1 returning version").fetch_scalar().await
}

/// Every change up to this version is committed and visible.
pub(crate) async fn current(db: &Db) -> Result<i64> {
    db.query("select version from change_counter").fetch_scalar().await
}
