use chrono::{DateTime, Utc};
use patchbay_db::{AssertSqlSafe, Db, Json, Result, Tx};
use uuid::Uuid;

use super::token_row::{TokenRow, hash, holder_columns};
use crate::domain::code::Hash;
use crate::domain::refresh::Found;
use crate::domain::stored_token::StoredToken;

/// The counter that numbers tokens.
const COUNTER: &str = "token";

macro_rules! select {
    ($condition:literal) => {
        concat!(
            "select id, kind, installation_uuid, app_id, organization_id, user_id, family_id, token_hash, refresh_hash,
                    last_four, scopes, name, created_at, expires_at, replaced_at, successor_id
             from tokens where ",
            $condition
        )
    };
}

/// A number for a new token. Take it before a transaction begins.
pub(crate) async fn next_id(db: &Db) -> Result<i64> {
    db.allocate_ids(COUNTER, 1).await
}

/// The token that is presented with each request; not one that was replaced.
pub(crate) async fn find(db: &Db, token_hash: &Hash) -> Result<Option<StoredToken>> {
    let row: Option<TokenRow> = db
        .query(select!("token_hash = $1 and replaced_at is null"))
        .bind(token_hash.as_slice())
        .fetch_optional()
        .await?;
    row.map(StoredToken::try_from).transpose()
}

/// The token with this refresh token, replaced or not, and its successor. Take the installation's lock before.
pub(crate) async fn find_by_refresh(tx: &mut Tx, refresh_hash: &Hash) -> Result<Option<Found>> {
    let row: Option<TokenRow> =
        tx.query(select!("refresh_hash = $1")).bind(refresh_hash.as_slice()).fetch_optional().await?;
    let Some(row) = row else { return Ok(None) };
    let successor = match row.successor_id {
        Some(id) => tx.query(select!("id = $1")).bind(id).fetch_optional::<TokenRow>().await?,
        None => None,
    };
    Ok(Some(Found { token: row.try_into()?, successor: successor.map(StoredToken::try_from).transpose()? }))
}

pub(crate) async fn insert(tx: &mut Tx, token: &StoredToken) -> Result<()> {
    let (kind, installation, app_id, organization_id, user_id) = holder_columns(token.holder);
    tx.query(
        "insert into tokens (id, kind, installation_uuid, app_id, organization_id, user_id, family_id, token_hash,
                             refresh_hash, last_four, scopes, name, created_at, expires_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
    )
    .bind(token.id)
    .bind(kind)
    .bind(installation)
    .bind(app_id)
    .bind(organization_id)
    .bind(user_id)
    .bind(token.refresh.map(|part| part.family))
    .bind(token.token_hash.as_slice())
    .bind(token.refresh.map(|part| part.hash.to_vec()))
    .bind(&token.last_four)
    .bind(Json(&token.scopes))
    .bind(&token.name)
    .bind(token.created_at)
    .bind(token.expires_at)
    .execute()
    .await
    .map(drop)
}

/// Marks the token as replaced: from the commit on it is dead.
pub(crate) async fn replace(tx: &mut Tx, id: i64, successor_id: i64, now: DateTime<Utc>) -> Result<()> {
    tx.query("update tokens set replaced_at = $1, successor_id = $2 where id = $3")
        .bind(now)
        .bind(successor_id)
        .bind(id)
        .execute()
        .await
        .map(drop)
}

/// How many tokens of the installation work at this moment.
pub(crate) async fn count_live(tx: &mut Tx, installation: Uuid, now: DateTime<Utc>) -> Result<i64> {
    tx.query(
        "select count(*) from tokens
         where installation_uuid = $1 and replaced_at is null and (expires_at is null or expires_at > $2)",
    )
    .bind(installation)
    .bind(now)
    .fetch_scalar()
    .await
}

/// Deletes every token of the installation; the hashes of those that had not been replaced.
pub(crate) async fn delete_installation(tx: &mut Tx, installation: Uuid) -> Result<Vec<Hash>> {
    delete(tx, "installation_uuid = $1", installation).await
}

/// Deletes every token of the family; the hashes of those that had not been replaced.
pub(crate) async fn delete_family(tx: &mut Tx, family: Uuid) -> Result<Vec<Hash>> {
    delete(tx, "family_id = $1", family).await
}

async fn delete(tx: &mut Tx, condition: &'static str, id: Uuid) -> Result<Vec<Hash>> {
    let sql = format!("delete from tokens where {condition} returning token_hash, replaced_at");
    let rows: Vec<(Vec<u8>, Option<DateTime<Utc>>)> =
        tx.query(AssertSqlSafe(sql)).bind(id).fetch_all().await?;
    rows.iter().filter(|(_, replaced_at)| replaced_at.is_none()).map(|(bytes, _)| hash(bytes)).collect()
}

/// Deletes the session with this secret; whether there was one.
pub(crate) async fn delete_session(tx: &mut Tx, secret_hash: &Hash) -> Result<bool> {
    let deleted = tx
        .query("delete from tokens where token_hash = $1 and kind = 'session'")
        .bind(secret_hash.as_slice())
        .execute()
        .await?;
    Ok(deleted > 0)
}
