pub(crate) mod activity;
pub(crate) mod assignee;
pub(crate) mod change;
pub(crate) mod comment;
pub(crate) mod context;
pub(crate) mod counted_issue;
pub(crate) mod cursor;
pub(crate) mod document;
#[cfg(test)]
pub(crate) mod examples;
pub(crate) mod external_issue;
pub(crate) mod followed_change;
pub(crate) mod level;
pub(crate) mod marks;
pub(crate) mod metadata;
pub(crate) mod new_issue;
pub(crate) mod short_id;
pub(crate) mod source;
pub(crate) mod status;
pub(crate) mod status_change;
pub(crate) mod tickets;

use chrono::{DateTime, Utc};
use patchbay_domain::Error;

use crate::domain::issue::assignee::Assignee;
use crate::domain::issue::level::Level;
use crate::domain::issue::metadata::Metadata;
use crate::domain::issue::status::Status;
use crate::domain::issue::tickets::Tickets;

/// An issue: errors of one kind in a project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Issue {
    pub(crate) id: i64,
    pub(crate) organization_id: i64,
    pub(crate) project_id: i64,
    /// Sequential in each project, from 1.
    pub(crate) number: i64,
    pub(crate) title: String,
    /// The code location; may be empty.
    pub(crate) culprit: String,
    pub(crate) kind: Kind,
    pub(crate) level: Level,
    /// The technology; empty if unknown.
    pub(crate) platform: String,
    pub(crate) metadata: Metadata,
    pub(crate) status: Status,
    /// A JSON object: the release or commit that resolves the issue, or the end of ignoring.
    pub(crate) status_details: String,
    /// Id of the last release whose errors leave the issue resolved; `None` if every error reopens it.
    pub(crate) regress_after: Option<i64>,
    pub(crate) snooze: Snooze,
    pub(crate) assignee: Option<Assignee>,
    pub(crate) tickets: Tickets,
    pub(crate) comment_count: i64,
    pub(crate) times_seen: i64,
    /// Number of users affected.
    pub(crate) user_count: i64,
    pub(crate) first_seen: DateTime<Utc>,
    pub(crate) last_seen: DateTime<Utc>,
}

/// Conditions that reopen an ignored issue; the first one to hold counts. Empty means ignored forever.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Snooze {
    pub(crate) until: Option<DateTime<Utc>>,
    pub(crate) times_seen: Option<i64>,
    pub(crate) user_count: Option<i64>,
}

impl Issue {
    /// Makes the issue unresolved and clears the details of its previous status.
    pub(crate) fn reopen(&mut self) {
        self.status = Status::Unresolved;
        self.status_details = NO_DETAILS.to_owned();
        self.regress_after = None;
        self.snooze = Snooze::default();
    }
}

/// The status details of an issue whose status has none.
pub(crate) const NO_DETAILS: &str = "{}";

/// The kind of the errors of an issue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// An exception.
    Error,
    /// A message.
    Default,
}

impl Kind {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Default => "default",
        }
    }

    pub(crate) fn parse(text: &str) -> Option<Self> {
        [Self::Error, Self::Default].into_iter().find(|kind| kind.as_str() == text)
    }
}

pub(crate) fn not_found() -> Error {
    Error::not_found("ISSUE_NOT_FOUND", "The requested resource does not exist")
}
