//! Values that may be presented once: `state`s of sign-ins and assertions of apps.

use chrono::{DateTime, Utc};
use patchbay_db::{Result, Tx};

use crate::domain::code::Hash;

/// Records a value as used until it expires; false if it had been used before.
pub(crate) async fn insert(tx: &mut Tx, hash: &Hash, expires_at: DateTime<Utc>) -> Result<bool> {
    let inserted = tx
        .query("insert into used_once (hash, expires_at) values ($1, $2) on conflict (hash) do nothing")
        .bind(hash.as_slice())
        .bind(expires_at)
        .execute()
        .await?;
    Ok(inserted == 1)
}
