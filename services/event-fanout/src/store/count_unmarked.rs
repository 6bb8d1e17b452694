use patchbay_db::{Db, Result};
use uuid::Uuid;

/// Events that are not marked as handed over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Backlog {
    /// Counted in 100000 groups at most, so that counting stays cheap.
    pub(crate) events: i64,
    /// The group that was accepted first.
    pub(crate) oldest: Option<Uuid>,
}

pub(crate) async fn count_unmarked(db: &Db) -> Result<Backlog> {
    let events = db
        .query(
            "select cast(coalesce(sum(length(event_ids)), 0) / 16 as bigint)
             from (select event_ids from unmarked limit 100000) as counted",
        )
        .fetch_scalar()
        .await?;
    let oldest: Option<(Uuid,)> =
        db.query("select group_id from unmarked order by group_id limit 1").fetch_optional().await?;
    Ok(Backlog { events, oldest: oldest.map(|(id,)| id) })
}
