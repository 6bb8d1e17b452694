use chrono::{DateTime, Utc};
use patchbay_db::{Result, Tx};

use crate::domain::comment::Author;
use crate::domain::happening::Happening;

/// Something that happened to an issue, under the number of its activity.
#[derive(Debug)]
pub(crate) struct Happened<'a> {
    pub(crate) id: i64,
    pub(crate) organization_id: i64,
    pub(crate) project_id: i64,
    pub(crate) issue_id: i64,
    pub(crate) author: Author,
    pub(crate) happening: &'a Happening,
}

/// Writes activity and history.
pub(crate) async fn insert(tx: &mut Tx, happened: &[Happened<'_>], now: DateTime<Utc>) -> Result<()> {
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
    tx.insert_rows("activity", columns, happened, |row, entry| {
        row.bind(entry.id).bind(entry.organization_id).bind(entry.project_id).bind(entry.issue_id);
        row.bind(entry.happening.activity()).bind(entry.author.as_str());
        row.bind(entry.author.user_id()).bind(entry.author.app_id());
        row.bind(entry.happening.activity_data().to_string()).bind(now);
    })
    .execute()
    .await?;
    let states = happened.iter().filter_map(|entry| entry.happening.state().map(|state| (entry, state)));
    let columns = &["id", "issue_id", "state", "user_id", "entered_at"];
    tx.insert_rows("issue_history", columns, states, |row, (entry, state)| {
        row.bind(entry.id).bind(entry.issue_id).bind(state).bind(entry.author.user_id()).bind(now);
    })
    .execute()
    .await
    .map(drop)
}
