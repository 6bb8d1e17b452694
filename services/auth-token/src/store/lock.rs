//! One writer at a time for the tokens of one holder.

use patchbay_db::{Result, Tx};
use uuid::Uuid;

/// Makes other writers of this installation's grant and tokens wait until the transaction ends.
///
/// Locks of rows would not do: a revocation that waits for the row being refreshed does not see the new row
/// that the refresh inserts, and would leave the installation a live token. SQLite has one writer anyway.
pub(crate) async fn installation(tx: &mut Tx, installation: Uuid) -> Result<()> {
    take(tx, format!("auth-token installation {installation}")).await
}

/// Makes other writers of this user's personal tokens wait until the transaction ends.
pub(crate) async fn user(tx: &mut Tx, user_id: i64) -> Result<()> {
    take(tx, format!("auth-token user {user_id}")).await
}

/// Whether nobody else is refreshing this installation by assertion; nobody else can begin to until the transaction
/// ends. On SQLite the question does not arise: the other one has finished when this transaction begins.
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
