use chrono::{DateTime, Utc};
use patchbay_db::{Result, Tx};
use patchbay_domain::Actor;

use crate::domain::issue::change::IssueChange;
use crate::domain::issue::comment::Author;
use crate::domain::issue::context::IssueContext;
use crate::domain::issue::followed_change::FollowedChange;
use crate::domain::issue::source::IntegrationSource;
use crate::outbox;
use crate::store::issue_changes::{self, RecordedChange};

/// A change of an issue, and its author.
#[derive(Debug)]
pub(crate) struct ActivityRecord<'a> {
    pub(crate) issue_context: IssueContext<'a>,
    pub(crate) issue_change: &'a IssueChange,
    pub(crate) author: Author,
    pub(crate) actor: &'a Actor,
    /// The integration whose tracker caused the change.
    pub(crate) source: Option<&'a IntegrationSource>,
}

/// Writes the activity and the history of these changes, their events for apps, and what trackers outside follow. Their ids count up from `first_id`.
pub(crate) async fn record_activity(
    tx: &mut Tx,
    records: &[ActivityRecord<'_>],
    first_id: i64,
    now: DateTime<Utc>,
) -> Result<()> {
    let changes: Vec<_> = (first_id..)
        .zip(records)
        .map(|(id, record)| RecordedChange {
            id,
            organization_id: record.issue_context.issue.organization_id,
            project_id: record.issue_context.issue.project_id,
            issue_id: record.issue_context.issue.id,
            author: record.author,
            source: record.source,
            issue_change: record.issue_change,
        })
        .collect();
    issue_changes::insert(tx, &changes, now).await?;
    let events = (first_id..)
        .zip(records)
        .filter_map(|(id, record)| {
            record.issue_context.event_of(record.issue_change, record.actor.clone(), id)
        })
        .map(outbox::message);
    let followed = records
        .iter()
        .filter_map(|record| {
            FollowedChange::of(record.issue_context.issue, record.issue_change, record.source, now)
        })
        .map(outbox::followed);
    tx.outbox_all(events.chain(followed)).await
}
