use patchbay_db::{Db, Result};
use uuid::Uuid;

/// Events that are not marked as handed over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Backlog {
    /// Counted to 100000 and no further, so that it stays cheap when there are many.
    pub(crate) events: i64,
    /// The one that was accepted first.
    pub(crate) oldest: Option<Uuid>,
}

pub(crate) async fn count_unmarked(db: &Db) -> Result<Backlog> {
    let events = db
        .query("select count(*) from (select recover_at from unmarked limit 100000) as counted")
        .fetch_scalar()
        .await?;
    let oldest: Option<(Uuid,)> =
        db.query("select event_id from unmarked order by event_id limit 1").fetch_optional().await?;
    Ok(Backlog { events, oldest: oldest.map(|(id,)| id) })
}
