//! The ordered table of revocations, which every replica reads.

use chrono::{DateTime, Utc};
use patchbay_db::{Db, Result, Tx};

use super::token_row::hash;
use crate::domain::code::Hash;

/// Records the revocation of these tokens. Call it last in a transaction: it blocks every other revocation until the
/// commit, so that versions are committed in order.
pub(crate) async fn record(tx: &mut Tx, hashes: &[Hash], now: DateTime<Utc>) -> Result<()> {
    if hashes.is_empty() {
        return Ok(());
    }
    let count = i64::try_from(hashes.len()).unwrap_or(i64::MAX);
    let last: i64 = tx
        .query("update revocation_version set version = version + $1 returning version")
        .bind(count)
        .fetch_scalar()
        .await?;
    let versions = last - count + 1..;
    let columns = &["version", "token_hash", "revoked_at"];
    tx.insert_rows("revocations", columns, versions.zip(hashes), |row, (version, hash)| {
        row.bind(version).bind(hash.as_slice()).bind(now);
    })
    .execute()
    .await
    .map(drop)
}

/// The version of the latest revocation; 0 before the first.
pub(crate) async fn latest(db: &Db) -> Result<i64> {
    db.query("select version from revocation_version").fetch_scalar().await
}

/// At most `limit` revocations after `version`, oldest first.
pub(crate) async fn after(db: &Db, version: i64, limit: i64) -> Result<Vec<(i64, Hash)>> {
    let rows: Vec<(i64, Vec<u8>)> = db
        .query("select version, token_hash from revocations where version > $1 order by version limit $2")
        .bind(version)
        .bind(limit)
        .fetch_all()
        .await?;
    rows.into_iter().map(|(version, bytes)| Ok((version, hash(&bytes)?))).collect()
}
