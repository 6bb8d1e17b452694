//! All encrypted values, for changes of the encryption key.

use patchbay_db::{AssertSqlSafe, Db, FromRow, Tx};
use patchbay_domain::Error;
use patchbay_domain::sealed::KeyId;

/// Rows re-encrypted in one transaction.
const BATCH: i64 = 100;

/// A column with encrypted values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Column {
    pub(crate) table: &'static str,
    pub(crate) key: &'static str,
    pub(crate) name: &'static str,
}

/// All of them.
pub(crate) const COLUMNS: [Column; 3] = [
    Column { table: "integrations", key: "id", name: "metadata" },
    Column { table: "identities", key: "id", name: "data" },
    Column { table: "setups", key: "user_id", name: "data" },
];

#[derive(Debug, FromRow)]
pub(crate) struct Value {
    pub(crate) id: i64,
    pub(crate) sealed: Vec<u8>,
}

impl Column {
    /// The row that a value is bound to.
    pub(crate) fn owner(self, id: i64) -> String {
        format!("{}.{}:{id}", self.table, self.name)
    }
}

/// The ids of the keys that values of a column are encrypted with, and their numbers.
pub(crate) async fn keys(db: &Db, column: Column) -> Result<Vec<(Vec<u8>, i64)>, Error> {
    let Column { table, name, .. } = column;
    let text = format!("select substr({name}, 1, 4), count(*) from {table} group by 1");
    Ok(db.query(AssertSqlSafe(text)).fetch_all().await?)
}

/// Values above `after_id` that are encrypted with another key, locked until the transaction ends.
pub(crate) async fn lock_not_under(
    tx: &mut Tx,
    column: Column,
    key: KeyId,
    after_id: i64,
) -> Result<Vec<Value>, Error> {
    let Column { table, key: id, name } = column;
    let text = format!(
        "select {id} as id, {name} as sealed from {table} where {id} > $1 and substr({name}, 1, 4) <> $2
         order by {id} limit $3"
    );
    let query = tx.query(AssertSqlSafe(text)).bind(after_id).bind(key.as_bytes()).bind(BATCH);
    Ok(query.for_update().fetch_all().await?)
}

pub(crate) async fn write(tx: &mut Tx, column: Column, id: i64, sealed: &[u8]) -> Result<(), Error> {
    let Column { table, key, name } = column;
    let text = format!("update {table} set {name} = $2 where {key} = $1");
    tx.query(AssertSqlSafe(text)).bind(id).bind(sealed).execute().await?;
    Ok(())
}
