use chrono::{DateTime, Utc};
use patchbay_db::{Result, Tx};

use crate::domain::issue::change::IssueChange;
use crate::domain::issue::comment::Author;
use crate::domain::issue::source::IntegrationSource;

/// A change of an issue, with the id of its activity record.
#[derive(Debug)]
pub(crate) struct RecordedChange<'a> {
    pub(crate) id: i64,
    pub(crate) organization_id: i64,
    pub(crate) project_id: i64,
    pub(crate) issue_id: i64,
    pub(crate) author: Author,
    pub(crate) source: Option<&'a IntegrationSource>,
    pub(crate) issue_change: &'a IssueChange,
}

/// Writes activity records and history.
pub(crate) async fn insert(tx: &mut Tx, changes: &[RecordedChange<'_>], now: DateTime<Utc>) -> Result<()> {
    let columns = &[
        "id",
        "organization_id",
        "project_id",
        "issue_id",
        "kind",
        "actor",
        "user_id",
        "app_id",
        "data",
        "created_at",
    ];
    tx.insert_rows("activity", columns, changes, |row, entry| {
        row.bind(entry.id).bind(entry.organization_id).bind(entry.project_id).bind(entry.issue_id);
        row.bind(entry.issue_change.activity()).bind(entry.author.as_str());
        row.bind(entry.author.user_id()).bind(entry.author.app_id());
        row.bind(entry.issue_change.activity_data(entry.source).to_string()).bind(now);
    })
    .execute()
    .await?;
    let states = changes.iter().filter_map(|entry| entry.issue_change.state().map(|state| (entry, state)));
    let columns = &["id", "issue_id", "state", "user_id", "entered_at"];
    tx.insert_rows("issue_history", columns, states, |row, (entry, state)| {
        row.bind(entry.id).bind(entry.issue_id).bind(state).bind(entry.author.user_id()).bind(now);
    })
    .execute()
    .await
    .map(drop)
}
