//! One writer at a time for each installation.

use patchbay_db::{Result, Tx};
use uuid::Uuid;

/// Makes other writers of this installation's grant and tokens wait until the transaction ends.
///
/// Locks of rows would not do: a revocation that waits for the row being refreshed does not see the new row
/// that the refresh inserts, and would leave the installation a live token. SQLite has one writer anyway.
pub(crate) async fn take(tx: &mut Tx, installation: Uuid) -> Result<()> {
    tx.query_per_engine("select pg_advisory_xact_lock(hashtextextended($1, 0))", "select $1")
        .bind(format!("auth-token installation {installation}"))
        .execute()
        .await
        .map(drop)
}
