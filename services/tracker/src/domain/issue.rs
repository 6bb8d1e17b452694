use chrono::{DateTime, Utc};
use patchbay_domain::Error;

use super::level::Level;
use super::metadata::Metadata;

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
    pub(crate) times_seen: i64,
    /// How many people met it.
    pub(crate) user_count: i64,
    pub(crate) first_seen: DateTime<Utc>,
    pub(crate) last_seen: DateTime<Utc>,
}

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

/// Whether somebody still has to do something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Status {
    Unresolved,
}

impl Status {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Unresolved => "unresolved",
        }
    }

    pub(crate) fn parse(text: &str) -> Option<Self> {
        [Self::Unresolved].into_iter().find(|status| status.as_str() == text)
    }
}

pub(crate) fn not_found() -> Error {
    Error::not_found("ISSUE_NOT_FOUND", "The requested resource does not exist")
}
