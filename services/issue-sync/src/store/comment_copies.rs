//! Ids of comments at trackers.

use patchbay_db::{Db, Tx};
use patchbay_domain::Error;

/// The id of the copy of a comment.
pub(crate) async fn get(db: &Db, link_id: i64, comment_id: i64) -> Result<Option<String>, Error> {
    let query = db.query("select external_id from comment_copies where link_id = $1 and comment_id = $2");
    let found: Option<(String,)> = query.bind(link_id).bind(comment_id).fetch_optional().await?;
    Ok(found.map(|(id,)| id))
}

pub(crate) async fn put(tx: &mut Tx, link_id: i64, comment_id: i64, external_id: &str) -> Result<(), Error> {
    tx.query(
        "insert into comment_copies (link_id, comment_id, external_id) values ($1, $2, $3)
         on conflict (link_id, comment_id) do update set external_id = excluded.external_id",
    )
    .bind(link_id)
    .bind(comment_id)
    .bind(external_id)
    .execute()
    .await?;
    Ok(())
}
