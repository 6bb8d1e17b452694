use chrono::{DateTime, Utc};
use patchbay_db::{Db, Result};
use uuid::Uuid;

use super::event_row::EventRow;
use crate::domain::event::Event;

/// An event, and when it was handed over.
#[derive(Debug)]
pub(crate) struct FoundEvent {
    pub(crate) event: Event,
    pub(crate) fanned_out_at: Option<DateTime<Utc>>,
}

/// Finds an event; its data, which can be large, is left out.
pub(crate) async fn find_event(db: &Db, id: Uuid) -> Result<Option<FoundEvent>> {
    let row: Option<EventRow> = db
        .query_per_engine(
            "select id, organization_id, resource, action, actor, project_id, targets, traceparent, accepted_at,
             fanned_out_at, ''::bytea as data from events where id = $1",
            "select id, organization_id, resource, action, actor, project_id, targets, traceparent, accepted_at,
             fanned_out_at, x'' as data from events where id = $1",
        )
        .bind(id)
        .fetch_optional()
        .await?;
    row.map(|row| {
        let fanned_out_at = row.fanned_out_at;
        row.event().map(|event| FoundEvent { event, fanned_out_at })
    })
    .transpose()
}
