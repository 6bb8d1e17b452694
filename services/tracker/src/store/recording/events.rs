use std::collections::HashMap;

use chrono::{DateTime, Utc};
use patchbay_db::{Result, Tx};
use uuid::Uuid;

use crate::domain::error::day;

/// An error to be stored.
#[derive(Debug)]
pub(crate) struct NewEvent<'a> {
    pub(crate) issue_id: i64,
    pub(crate) project_id: i64,
    pub(crate) event_id: Uuid,
    /// Number of errors of the issue, including this one.
    pub(crate) number: i64,
    pub(crate) received_at: DateTime<Utc>,
    pub(crate) document: &'a str,
}

/// The issues of the errors that were recorded within a day, by project and event id.
pub(crate) async fn known_events(
    tx: &mut Tx,
    event_ids: &[Uuid],
    now: DateTime<Utc>,
) -> Result<HashMap<(i64, Uuid), i64>> {
    let [yesterday, today, soon] = day::recent(now);
    // Single values, because PostgreSQL does not exclude partitions by a list.
    let rows: Vec<(i64, Uuid, i64)> = tx
        .query(
            "select project_id, event_id, issue_id from error_events
             where day in ($1, $2, $3) and event_id in ($list)",
        )
        .bind(yesterday)
        .bind(today)
        .bind(soon)
        .bind_list(event_ids)
        .fetch_all()
        .await?;
    Ok(rows.into_iter().map(|(project_id, event_id, issue_id)| ((project_id, event_id), issue_id)).collect())
}

pub(crate) async fn insert_events<'a>(
    tx: &mut Tx,
    events: impl IntoIterator<Item = NewEvent<'a>>,
) -> Result<()> {
    let columns = &["issue_id", "number", "day", "project_id", "event_id", "received_at", "document"];
    tx.insert_rows("error_events", columns, events, |row, event| {
        row.bind(event.issue_id).bind(event.number).bind(day::day(event.received_at));
        row.bind(event.project_id).bind(event.event_id).bind(event.received_at).bind(event.document);
    })
    .execute()
    .await
    .map(drop)
}
