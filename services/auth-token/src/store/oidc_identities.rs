use chrono::{DateTime, Utc};
use patchbay_db::{Db, Result, Tx};

use crate::domain::oidc_identity::Account;

/// The user to whom the account is bound; `None` before their first sign-in.
pub(crate) async fn user_of(db: &Db, account: &Account) -> Result<Option<i64>> {
    db.query("select user_id from oidc_identities where issuer = $1 and subject = $2")
        .bind(&account.issuer)
        .bind(&account.subject)
        .fetch_optional::<(i64,)>()
        .await
        .map(|row| row.map(|(user_id,)| user_id))
}

/// Binds the account to the user. False if the account belongs to another user, or the user has another account at this
/// provider.
pub(crate) async fn bind(tx: &mut Tx, account: &Account, user_id: i64, now: DateTime<Utc>) -> Result<bool> {
    tx.query(
        "insert into oidc_identities (issuer, subject, user_id, created_at) values ($1, $2, $3, $4)
         on conflict do nothing",
    )
    .bind(&account.issuer)
    .bind(&account.subject)
    .bind(user_id)
    .bind(now)
    .execute()
    .await?;
    let bound: Option<(i64,)> = tx
        .query("select user_id from oidc_identities where issuer = $1 and subject = $2")
        .bind(&account.issuer)
        .bind(&account.subject)
        .fetch_optional()
        .await?;
    Ok(bound == Some((user_id,)))
}

/// Unbinds all accounts of the user and returns their number.
pub(crate) async fn delete_of_user(db: &Db, user_id: i64) -> Result<u64> {
    db.query("delete from oidc_identities where user_id = $1").bind(user_id).execute().await
}
