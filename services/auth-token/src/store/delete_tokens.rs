//! Deletion of tokens. Each function returns the hashes that have to be published as revoked.

use chrono::{DateTime, Utc};
use patchbay_db::{Query, Result, Tx};
use uuid::Uuid;

use super::token_row::hash;
use crate::domain::code::Hash;

macro_rules! delete {
    ($condition:literal) => {
        concat!("delete from tokens where ", $condition, " returning token_hash, replaced_at")
    };
}

/// Deletes every token of the installation and returns the hashes of those that had not been replaced.
pub(crate) async fn all_of_installation(tx: &mut Tx, installation: Uuid) -> Result<Vec<Hash>> {
    deleted(tx.query(delete!("installation_uuid = $1")).bind(installation)).await
}

/// Deletes every token of the family and returns the hashes of those that had not been replaced.
pub(crate) async fn all_of_family(tx: &mut Tx, family: Uuid) -> Result<Vec<Hash>> {
    deleted(tx.query(delete!("family_id = $1")).bind(family)).await
}

/// Deletes a token of the installation unless it has been replaced. Returns the hash of the deleted token.
pub(crate) async fn one_of_installation(tx: &mut Tx, installation: Uuid, id: i64) -> Result<Vec<Hash>> {
    let query = tx.query(delete!("id = $1 and installation_uuid = $2 and replaced_at is null"));
    deleted(query.bind(id).bind(installation)).await
}

/// Deletes a personal token of the user. Returns the hash of the deleted token.
pub(crate) async fn one_personal(tx: &mut Tx, user_id: i64, id: i64) -> Result<Vec<Hash>> {
    deleted(tx.query(delete!("id = $1 and user_id = $2 and kind = 'user'")).bind(id).bind(user_id)).await
}

/// Deletes every personal token and session of the user and returns their hashes.
pub(crate) async fn all_of_user(tx: &mut Tx, user_id: i64) -> Result<Vec<Hash>> {
    deleted(tx.query(delete!("user_id = $1")).bind(user_id)).await
}

async fn deleted(query: Query<'_>) -> Result<Vec<Hash>> {
    let rows: Vec<(Vec<u8>, Option<DateTime<Utc>>)> = query.fetch_all().await?;
    rows.iter().filter(|(_, replaced_at)| replaced_at.is_none()).map(|(bytes, _)| hash(bytes)).collect()
}

/// Deletes the session with this secret; true if it existed.
pub(crate) async fn session(tx: &mut Tx, secret_hash: &Hash) -> Result<bool> {
    let deleted = tx
        .query("delete from tokens where token_hash = $1 and kind = 'session'")
        .bind(secret_hash.as_slice())
        .execute()
        .await?;
    Ok(deleted > 0)
}
