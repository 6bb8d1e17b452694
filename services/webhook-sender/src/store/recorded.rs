//! Which webhooks are on record.

use std::collections::HashSet;

use patchbay_db::{Db, Result};
use uuid::Uuid;

/// The ids of those that have been delivered, or are stored to be sent or because they will not be.
pub(crate) async fn recorded(db: &Db, ids: &[Uuid]) -> Result<HashSet<Uuid>> {
    let found = db
        .query(
            "select delivery_id from deliveries where delivery_id in ($list)
             union select delivery_id from attempts where delivery_id in ($list)",
        )
        .bind_list(ids)
        .bind_list(ids)
        .fetch_scalars::<Uuid>()
        .await?;
    Ok(found.into_iter().collect())
}
