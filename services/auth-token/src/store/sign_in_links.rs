use chrono::{DateTime, Utc};
use patchbay_db::{Db, Result, Tx};

use crate::domain::code::Hash;

pub(crate) async fn insert(
    db: &Db,
    secret_hash: &Hash,
    user_id: i64,
    expires_at: DateTime<Utc>,
) -> Result<()> {
    db.query("insert into sign_in_links (secret_hash, user_id, expires_at) values ($1, $2, $3)")
        .bind(secret_hash.as_slice())
        .bind(user_id)
        .bind(expires_at)
        .execute()
        .await
        .map(drop)
}

/// Deletes the link and returns its user, so that only one of several requests gets it; `None` if it is used or expired.
pub(crate) async fn redeem(tx: &mut Tx, secret_hash: &Hash, now: DateTime<Utc>) -> Result<Option<i64>> {
    let user: Option<(i64,)> = tx
        .query("delete from sign_in_links where secret_hash = $1 and expires_at > $2 returning user_id")
        .bind(secret_hash.as_slice())
        .bind(now)
        .fetch_optional()
        .await?;
    Ok(user.map(|(user_id,)| user_id))
}
