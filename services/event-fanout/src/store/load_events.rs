use patchbay_db::{Db, Result};
use uuid::Uuid;

use super::event_row::EventRow;
use crate::domain::custom_types::CustomTypes;
use crate::domain::decision::Decision;
use crate::domain::event::Event;

/// Loads the events that are still kept, without their grant codes, in the order of their ids, which is roughly the order of acceptance.
pub(crate) async fn load_events(
    db: &Db,
    custom_types: &CustomTypes,
    ids: &[Uuid],
) -> Result<Vec<(Event, Option<Vec<Decision>>)>> {
    let (Some(least), Some(greatest)) = (ids.iter().min(), ids.iter().max()) else { return Ok(Vec::new()) };
    // The bounds are redundant, but let PostgreSQL read only the partitions of these days.
    let rows: Vec<EventRow> = db
        .query(
            "select id, organization_id, resource, action, actor, project_id, targets, ordering_key, traceparent,
             accepted_at, decisions, data from events
             where id >= $1 and id <= $2 and id in ($list) order by id",
        )
        .bind(*least)
        .bind(*greatest)
        .bind_list(ids)
        .fetch_all()
        .await?;
    rows.into_iter().map(|row| row.event(custom_types)).collect()
}
