use std::collections::HashSet;

use patchbay_db::{Db, Result};
use uuid::Uuid;

/// The ids among `ids` that are recorded already, in any state.
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
