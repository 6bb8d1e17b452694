//! Lists and counts of tokens.

use chrono::{DateTime, Utc};
use patchbay_db::{Db, Result, Tx};
use uuid::Uuid;

use super::token_row::{TokenRow, select};
use crate::domain::stored_token::StoredToken;

/// Counts the valid tokens of the installation.
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

/// Counts the personal tokens of the user.
pub(crate) async fn count_personal(tx: &mut Tx, user_id: i64) -> Result<i64> {
    tx.query("select count(*) from tokens where user_id = $1 and kind = 'user'")
        .bind(user_id)
        .fetch_scalar()
        .await
}

/// The tokens of the installation that have not been replaced, oldest first.
pub(crate) async fn of_installation(db: &Db, installation: Uuid) -> Result<Vec<StoredToken>> {
    let rows: Vec<TokenRow> = db
        .query(select!("installation_uuid = $1 and replaced_at is null order by id limit 100"))
        .bind(installation)
        .fetch_all()
        .await?;
    rows.into_iter().map(StoredToken::try_from).collect()
}

/// The personal tokens of the user, newest first.
pub(crate) async fn personal(db: &Db, user_id: i64) -> Result<Vec<StoredToken>> {
    let rows: Vec<TokenRow> = db
        .query(select!("user_id = $1 and kind = 'user' order by id desc limit 1000"))
        .bind(user_id)
        .fetch_all()
        .await?;
    rows.into_iter().map(StoredToken::try_from).collect()
}

/// The installations of the app that have tokens.
pub(crate) async fn installations_of(db: &Db, app_id: i64) -> Result<Vec<Uuid>> {
    db.query("select distinct installation_uuid from tokens where app_id = $1")
        .bind(app_id)
        .fetch_scalars()
        .await
}
