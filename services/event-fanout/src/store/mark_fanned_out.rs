use patchbay_db::{Db, Result};
use uuid::Uuid;

/// Rows taken away by one statement: SQLite looks each value of a list up among all of their names.
const CHUNK: usize = 256;

/// Marks groups of events as handed over: every delivery of them is durable on the other side.
pub(crate) async fn mark_fanned_out(db: &Db, groups: &[Uuid]) -> Result<()> {
    for groups in groups.chunks(CHUNK) {
        db.query("delete from unmarked where group_id in ($list)").bind_list(groups).execute().await?;
    }
    Ok(())
}
