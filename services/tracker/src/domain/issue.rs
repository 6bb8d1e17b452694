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
pub(crate) mod level;
pub(crate) mod metadata;
pub(crate) mod new_issue;
pub(crate) mod short_id;
pub(crate) mod status;
pub(crate) mod status_change;

use chrono::{DateTime, Utc};
use patchbay_domain::Error;

use crate::domain::issue::assignee::Assignee;
use crate::domain::issue::level::Level;
use crate::domain::issue::metadata::Metadata;
use crate::domain::issue::status::Status;

/// Something that went wrong in a project, once or many times.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Issue {
    pub(crate) id: i64,
    pub(crate) organization_id: i64,
    pub(crate) project_id: i64,
    /// Counts from 1 in each project.
    pub(crate) number: i64,
    pub(crate) title: String,
    /// Where it happened; may be empty.
    pub(crate) culprit: String,
    pub(crate) kind: Kind,
    pub(crate) level: Level,
    /// The technology; empty when not known.
    pub(crate) platform: String,
    pub(crate) metadata: Metadata,
    pub(crate) status: Status,
    /// In what it is resolved or until when ignored: a JSON object, shown as it is.
    pub(crate) status_details: String,
    /// Number of the last release whose errors leave it resolved; without one, every error opens it again.
    pub(crate) regress_after: Option<i64>,
    pub(crate) snooze: Snooze,
    pub(crate) assignee: Option<Assignee>,
    pub(crate) comment_count: i64,
    pub(crate) times_seen: i64,
    /// How many people met it.
    pub(crate) user_count: i64,
    pub(crate) first_seen: DateTime<Utc>,
    pub(crate) last_seen: DateTime<Utc>,
}

/// From when on an ignored issue is one to look at again; whichever comes first, never when empty.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Snooze {
    pub(crate) until: Option<DateTime<Utc>>,
    pub(crate) times_seen: Option<i64>,
    pub(crate) user_count: Option<i64>,
}

impl Issue {
    /// Unresolved, and nothing left of what it was before.
    pub(crate) fn reopen(&mut self) {
        self.status = Status::Unresolved;
        self.status_details = NO_DETAILS.to_owned();
        self.regress_after = None;
        self.snooze = Snooze::default();
    }
}

/// The status details of an issue about whose status there is nothing to say.
pub(crate) const NO_DETAILS: &str = "{}";

/// What an issue is made of.
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
