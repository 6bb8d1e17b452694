use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::submission::Incoming;
use crate::domain::error::error_event::ErrorEvent;
use crate::domain::error::source::ErrorSource;
use crate::domain::issue::change::IssueChange;
use crate::domain::issue::counted_issue::CountedIssue;

/// An error that was counted in its issue.
#[derive(Debug)]
pub(super) struct CountedError<'a> {
    pub(super) source: &'a ErrorSource,
    pub(super) event: &'a ErrorEvent,
    pub(super) issue_id: i64,
    /// Number of errors of the issue, including this one.
    pub(super) number: i64,
    pub(super) issue_change: Option<IssueChange>,
    pub(super) assigned_user_id: Option<i64>,
    pub(super) assigned_team_id: Option<i64>,
}

/// Counts errors in their order, and changes their issues accordingly. Errors without an issue are left out.
pub(super) fn count_errors<'a>(
    new: &[Incoming<'a>],
    issues: &mut HashMap<Uuid, CountedIssue>,
    opened: &HashSet<Uuid>,
    releases: &HashMap<(i64, String), i64>,
    now: DateTime<Utc>,
) -> Vec<CountedError<'a>> {
    let mut counted = Vec::with_capacity(new.len());
    for &(source, event) in new {
        let Some(issue) = issues.get_mut(&event.fingerprint) else { continue };
        let release = event.release.as_ref();
        let release_id =
            release.and_then(|version| releases.get(&(source.project.id, version.clone())).copied());
        let is_first = issue.times_seen == 0 && opened.contains(&event.fingerprint);
        let issue_change = issue.count(event.happened_at, release_id, now);
        counted.push(CountedError {
            source,
            event,
            issue_id: issue.id,
            number: issue.times_seen,
            issue_change: if is_first { Some(IssueChange::Opened) } else { issue_change },
            assigned_user_id: issue.assigned_user_id,
            assigned_team_id: issue.assigned_team_id,
        });
    }
    counted
}
