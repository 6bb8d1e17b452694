use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::submission::Place;
use super::write::Incoming;
use crate::domain::counted_issue::CountedIssue;
use crate::domain::error_event::ErrorEvent;
use crate::domain::happening::Happening;

/// An error that was counted.
#[derive(Debug)]
pub(super) struct Met<'a> {
    pub(super) place: &'a Place,
    pub(super) event: &'a ErrorEvent,
    pub(super) issue_id: i64,
    /// How often the issue had been seen, this one included.
    pub(super) number: i64,
    pub(super) happening: Option<Happening>,
    pub(super) assigned_user_id: Option<i64>,
    pub(super) assigned_team_id: Option<i64>,
}

/// Counts errors in their order; what that does to their issues. Errors without an issue are left out.
pub(super) fn see<'a>(
    fresh: &[Incoming<'a>],
    seen: &mut HashMap<Uuid, CountedIssue>,
    opened: &HashSet<Uuid>,
    releases: &HashMap<(i64, String), i64>,
    now: DateTime<Utc>,
) -> Vec<Met<'a>> {
    let mut met = Vec::with_capacity(fresh.len());
    for &(place, event) in fresh {
        let Some(issue) = seen.get_mut(&event.fingerprint) else { continue };
        let release = event.release.as_ref();
        let release_id =
            release.and_then(|version| releases.get(&(place.project.id, version.clone())).copied());
        let is_first = issue.times_seen == 0 && opened.contains(&event.fingerprint);
        let happening = issue.see(event.happened_at, release_id, now);
        met.push(Met {
            place,
            event,
            issue_id: issue.id,
            number: issue.times_seen,
            happening: if is_first { Some(Happening::Opened) } else { happening },
            assigned_user_id: issue.assigned_user_id,
            assigned_team_id: issue.assigned_team_id,
        });
    }
    met
}
