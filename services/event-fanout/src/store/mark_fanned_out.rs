use patchbay_db::{Db, Result};
use uuid::Uuid;

/// Rows deleted by one statement, because SQLite compares each value of a list with all others.
const CHUNK: usize = 256;

/// Marks groups of events as handed over: all their deliveries are durable on the other side.
pub(crate) async fn mark_fanned_out(db: &Db, groups: &[Uuid]) -> Result<()> {
    for groups in groups.chunks(CHUNK) {
        db.query("delete from unmarked where group_id in ($list)").bind_list(groups).execute().await?;
    }
    Ok(())
}
