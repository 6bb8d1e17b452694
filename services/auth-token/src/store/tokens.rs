use chrono::{DateTime, Utc};
use patchbay_db::{Db, Json, Result, Tx};
use uuid::Uuid;

use super::token_row::{TokenRow, hash, holder_columns, select};
use crate::domain::code::Hash;
use crate::domain::refresh::Found;
use crate::domain::stored_token::StoredToken;

/// The counter of token ids.
const COUNTER: &str = "token";

/// An id for a new token. Allocate it before the transaction begins.
pub(crate) async fn next_id(db: &Db) -> Result<i64> {
    db.allocate_ids(COUNTER, 1).await
}

/// The token with this hash, unless it has been replaced.
pub(crate) async fn find(db: &Db, token_hash: &Hash) -> Result<Option<StoredToken>> {
    let row: Option<TokenRow> = db
        .query(select!("token_hash = $1 and replaced_at is null"))
        .bind(token_hash.as_slice())
        .fetch_optional()
        .await?;
    row.map(StoredToken::try_from).transpose()
}

/// The token with this refresh token, replaced or not, and its successor. The caller holds the installation's lock.
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

/// When this token of the installation was replaced; `None` if it was not, or does not exist.
pub(crate) async fn replaced_at(
    db: &Db,
    refresh_hash: &Hash,
    installation: Uuid,
) -> Result<Option<DateTime<Utc>>> {
    let found: Option<(Option<DateTime<Utc>>,)> = db
        .query("select replaced_at from tokens where refresh_hash = $1 and installation_uuid = $2")
        .bind(refresh_hash.as_slice())
        .bind(installation)
        .fetch_optional()
        .await?;
    Ok(found.and_then(|(replaced_at,)| replaced_at))
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

/// Marks the token as replaced. It is invalid from the commit on.
pub(crate) async fn replace(tx: &mut Tx, id: i64, successor_id: i64, now: DateTime<Utc>) -> Result<()> {
    tx.query("update tokens set replaced_at = $1, successor_id = $2 where id = $3")
        .bind(now)
        .bind(successor_id)
        .bind(id)
        .execute()
        .await
        .map(drop)
}

/// The newest token of the installation that can be refreshed, expired or not.
pub(crate) async fn find_refreshable(tx: &mut Tx, installation: Uuid) -> Result<Option<StoredToken>> {
    let row: Option<TokenRow> = tx
        .query(select!(
            "installation_uuid = $1 and family_id is not null and replaced_at is null order by id desc limit 1"
        ))
        .bind(installation)
        .fetch_optional()
        .await?;
    row.map(StoredToken::try_from).transpose()
}

/// The id of the newest token of the installation that can be refreshed, expired or not.
pub(crate) async fn refreshable_id(db: &Db, installation: Uuid) -> Result<Option<i64>> {
    let found: Option<(i64,)> = db
        .query(
            "select id from tokens where installation_uuid = $1 and family_id is not null and replaced_at is null
             order by id desc limit 1",
        )
        .bind(installation)
        .fetch_optional()
        .await?;
    Ok(found.map(|(id,)| id))
}

/// Gives the unexpired tokens of the installation these scopes and returns the hashes of those that had others.
pub(crate) async fn set_scopes(
    tx: &mut Tx,
    installation: Uuid,
    scopes: &[String],
    now: DateTime<Utc>,
) -> Result<Vec<Hash>> {
    let hashes: Vec<Vec<u8>> = tx
        .query(
            "update tokens set scopes = $1
             where installation_uuid = $2 and replaced_at is null and (expires_at is null or expires_at > $3)
               and scopes <> $1
             returning token_hash",
        )
        .bind(Json(scopes))
        .bind(installation)
        .bind(now)
        .fetch_scalars()
        .await?;
    hashes.iter().map(|bytes| hash(bytes)).collect()
}

/// Stores the time of use of these tokens. Locked rows are skipped, because another use will follow.
pub(crate) async fn set_last_used(db: &Db, ids: &[i64], now: DateTime<Utc>) -> Result<()> {
    db.query_per_engine(
        "update tokens set last_used_at = $1
         where id in (select id from tokens where id in ($list) for update skip locked)",
        "update tokens set last_used_at = $1 where id in ($list)",
    )
    .bind(now)
    .bind_list(ids)
    .execute()
    .await
    .map(drop)
}
