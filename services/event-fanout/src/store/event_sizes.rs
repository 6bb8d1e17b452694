use std::collections::HashMap;

use patchbay_db::{Db, Result};
use uuid::Uuid;

/// Ids in one statement.
const CHUNK: usize = 512;

/// The sizes of the data of these events in bytes, for those that are still kept.
pub(crate) async fn event_sizes(db: &Db, ids: &[Uuid]) -> Result<HashMap<Uuid, i64>> {
    let mut sizes = HashMap::new();
    for ids in ids.chunks(CHUNK) {
        let (Some(least), Some(greatest)) = (ids.iter().min(), ids.iter().max()) else { continue };
        // The bounds are redundant, but let PostgreSQL read only the partitions of these days.
        let found: Vec<(Uuid, i64)> = db
            .query(
                "select id, cast(length(data) as bigint) from events
                 where id >= $1 and id <= $2 and id in ($list)",
            )
            .bind(*least)
            .bind(*greatest)
            .bind_list(ids)
            .fetch_all()
            .await?;
        sizes.extend(found);
    }
    Ok(sizes)
}
