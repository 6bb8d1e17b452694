//! Locks that let one transaction at a time write the tokens of one holder.

use patchbay_db::{Result, Tx};
use uuid::Uuid;

/// Locks the installation's grant and tokens until the transaction ends.
///
/// Row locks are not enough: a revocation that waits for the row of a refreshed token does not see the row that the refresh
/// inserts, and would leave a valid token. SQLite needs no lock, because it has one writer.
pub(crate) async fn installation(tx: &mut Tx, installation: Uuid) -> Result<()> {
    take(tx, format!("auth-token installation {installation}")).await
}

/// Locks the user's personal tokens until the transaction ends.
pub(crate) async fn user(tx: &mut Tx, user_id: i64) -> Result<()> {
    take(tx, format!("auth-token user {user_id}")).await
}

/// Locks refreshes by assertion of this installation until the transaction ends; false if another transaction holds the lock.
/// SQLite needs no lock, because it has one writer.
pub(crate) async fn try_refresh(tx: &mut Tx, installation: Uuid) -> Result<bool> {
    tx.query_per_engine("select pg_try_advisory_xact_lock(hashtextextended($1, 0))", "select $1 <> ''")
        .bind(format!("auth-token refresh {installation}"))
        .fetch_scalar()
        .await
}

async fn take(tx: &mut Tx, name: String) -> Result<()> {
    tx.query_per_engine("select pg_advisory_xact_lock(hashtextextended($1, 0))", "select $1")
        .bind(name)
        .execute()
        .await
        .map(drop)
}
