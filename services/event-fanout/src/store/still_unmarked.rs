use std::collections::HashSet;

use patchbay_db::{Db, Result};
use uuid::Uuid;

/// Returns the groups that are not marked as handed over.
pub(crate) async fn still_unmarked(db: &Db, groups: &[Uuid]) -> Result<HashSet<Uuid>> {
    let unmarked = db
        .query("select group_id from unmarked where group_id in ($list)")
        .bind_list(groups)
        .fetch_scalars()
        .await?;
    Ok(unmarked.into_iter().collect())
}
