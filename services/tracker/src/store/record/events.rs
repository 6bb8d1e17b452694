use std::collections::HashMap;

use chrono::{DateTime, Utc};
use patchbay_db::{Result, Tx};
use uuid::Uuid;

/// So many errors are kept of each issue.
pub(crate) const KEPT: i64 = 100;

/// An error to be kept.
#[derive(Debug)]
pub(crate) struct KeptEvent<'a> {
    pub(crate) issue_id: i64,
    pub(crate) project_id: i64,
    pub(crate) event_id: Uuid,
    /// How often the issue had been seen, this one included.
    pub(crate) number: i64,
    pub(crate) received_at: DateTime<Utc>,
    pub(crate) document: &'a str,
}

/// The issues of those errors that are kept already, by project and id.
pub(crate) async fn known_events(tx: &mut Tx, event_ids: &[Uuid]) -> Result<HashMap<(i64, Uuid), i64>> {
    let rows: Vec<(i64, Uuid, i64)> = tx
        .query("select project_id, event_id, issue_id from error_events where event_id in ($list)")
        .bind_list(event_ids)
        .fetch_all()
        .await?;
    Ok(rows.into_iter().map(|(project_id, event_id, issue_id)| ((project_id, event_id), issue_id)).collect())
}

/// Keeps errors in the places of the oldest. Each place is written once at most, or one statement would write it twice.
pub(crate) async fn write_events(tx: &mut Tx, events: &[KeptEvent<'_>]) -> Result<()> {
    let columns = &["issue_id", "slot", "project_id", "event_id", "number", "received_at", "document"];
    tx.insert_rows("error_events", columns, events, |row, event| {
        row.bind(event.issue_id).bind(event.number % KEPT).bind(event.project_id).bind(event.event_id);
        row.bind(event.number).bind(event.received_at).bind(event.document);
    })
    .suffix(
        "on conflict (issue_id, slot) do update set project_id = excluded.project_id, event_id = excluded.event_id,
             number = excluded.number, received_at = excluded.received_at, document = excluded.document",
    )
    .execute()
    .await
    .map(drop)
}
