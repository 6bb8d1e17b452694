use patchbay_db::{Db, Result};
use uuid::Uuid;

use super::event_row::EventRow;
use crate::domain::event::Event;

/// The events with these ids, in the order of their ids, which is about that of their acceptance. An event of a
/// type that this version does not know is left out and logged.
pub(crate) async fn load_events(db: &Db, ids: &[Uuid]) -> Result<Vec<Event>> {
    let rows: Vec<EventRow> = db
        .query(
            "select id, organization_id, resource, action, actor, project_id, targets, traceparent, accepted_at,
             fanned_out_at, data from events where id in ($list) order by id",
        )
        .bind_list(ids)
        .fetch_all()
        .await?;
    let events = rows.into_iter().filter_map(|row| {
        row.event().inspect_err(|error| tracing::error!(%error, "an event cannot be handed over")).ok()
    });
    Ok(events.collect())
}
