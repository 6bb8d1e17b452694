use patchbay_db::{Db, Result};
use uuid::Uuid;

use super::event_row::EventRow;
use crate::domain::event::Event;

/// Those of these events that are not marked as handed over, in the order of their ids, which is about that of
/// their acceptance. An event of a type that this version does not know is left out and logged.
pub(crate) async fn load_unmarked(db: &Db, ids: &[Uuid]) -> Result<Vec<Event>> {
    let rows: Vec<EventRow> = db
        .query(
            "select id, organization_id, resource, action, actor, project_id, targets, traceparent, accepted_at,
             fanned_out_at, data from events where id in ($list) order by id",
        )
        .bind_list(ids)
        .fetch_all()
        .await?;
    // Not in the statement, where it would suggest the index of unmarked events instead of the primary key.
    let unmarked = rows.into_iter().filter(|row| row.fanned_out_at.is_none());
    let events = unmarked.filter_map(|row| {
        row.event().inspect_err(|error| tracing::error!(%error, "an event cannot be handed over")).ok()
    });
    Ok(events.collect())
}
