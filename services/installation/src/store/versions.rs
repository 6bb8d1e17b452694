//! The number that orders all changes of apps and installations.

use patchbay_db::{Db, Result, Tx};

/// The version of the change this transaction is about to make.
///
/// To be called first of all: it locks the counter until the transaction ends, so that changes happen one
/// after the other, and what is read after it stays true until the commit.
pub(crate) async fn next(tx: &mut Tx) -> Result<i64> {
    tx.query("update change_counter set version = version + 1 returning version").fetch_scalar().await
}

/// Every change up to this version is committed and visible.
pub(crate) async fn current(db: &Db) -> Result<i64> {
    db.query("select version from change_counter").fetch_scalar().await
}
