use patchbay_db::{Db, Result};
use uuid::Uuid;

use super::event_row::EventRow;
use crate::domain::custom_types::CustomTypes;
use crate::domain::decision::Decision;
use crate::domain::event::Event;

/// An event and its progress.
#[derive(Debug)]
pub(crate) struct FoundEvent {
    pub(crate) event: Event,
    /// `None` until subscriptions are known.
    pub(crate) decisions: Option<Vec<Decision>>,
    /// Whether all deliveries of its group are durable on the other side.
    pub(crate) handed_over: bool,
}

/// Finds an event; its data, which can be large, is left out.
pub(crate) async fn find_event(db: &Db, custom_types: &CustomTypes, id: Uuid) -> Result<Option<FoundEvent>> {
    let row: Option<EventRow> = db
        .query_per_engine(
            "select id, organization_id, resource, action, actor, project_id, targets, ordering_key, traceparent,
             accepted_at, decisions, ''::bytea as data from events where id = $1",
            "select id, organization_id, resource, action, actor, project_id, targets, ordering_key, traceparent,
             accepted_at, decisions, x'' as data from events where id = $1",
        )
        .bind(id)
        .fetch_optional()
        .await?;
    let Some(row) = row else { return Ok(None) };
    let (event, decisions) = row.event(custom_types)?;
    let unmarked: i64 = db
        .query("select count(*) from unmarked where group_id = (select group_id from events where id = $1)")
        .bind(id)
        .fetch_scalar()
        .await?;
    Ok(Some(FoundEvent { event, decisions, handed_over: unmarked == 0 }))
}
