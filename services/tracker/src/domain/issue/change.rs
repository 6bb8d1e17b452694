//! What can happen to an issue: it is written to the activity, to the history and told to apps, all from here.

use serde_json::{Value, json};

use crate::domain::issue::assignee::Assignee;

/// Something that happened to an issue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum IssueChange {
    /// It was opened.
    Opened,
    Resolved {
        /// Of the webhook.
        resolution_type: &'static str,
        version: Option<String>,
    },
    Unresolved,
    /// It was resolved and happened again.
    Regressed,
    /// It was ignored and became too much to be.
    Escalated,
    Ignored,
    Assigned(Assignee),
    Unassigned,
    /// An app linked it to an issue of its own.
    Linked {
        provider: String,
        label: String,
        location: String,
    },
}

impl IssueChange {
    /// Its name in the activity.
    pub(crate) fn activity(&self) -> &'static str {
        match self {
            Self::Opened => "first_seen",
            Self::Resolved { version: Some(_), .. } => "set_resolved_in_release",
            Self::Resolved { version: None, .. } => "set_resolved",
            Self::Unresolved => "set_unresolved",
            Self::Regressed => "set_regression",
            Self::Escalated => "set_escalating",
            Self::Ignored => "set_ignored",
            Self::Assigned(_) => "assigned",
            Self::Unassigned => "unassigned",
            Self::Linked { .. } => "create_issue",
        }
    }

    /// What the activity says besides.
    pub(crate) fn activity_data(&self) -> Value {
        match self {
            Self::Resolved { version: Some(version), .. } => json!({ "version": version }),
            Self::Assigned(assignee) => json!({
                "assignee": assignee.id().to_string(),
                "assigneeEmail": assignee.email(false),
                "assigneeType": assignee.kind(),
            }),
            Self::Linked { provider, label, location } => json!({
                "title": label, "provider": provider, "location": location, "label": label, "new": true,
            }),
            _ => json!({}),
        }
    }

    /// Its name in the history; `None` for what is no state.
    pub(crate) fn state(&self) -> Option<&'static str> {
        Some(match self {
            Self::Opened => "new",
            Self::Resolved { .. } => "resolved",
            Self::Unresolved => "unresolved",
            Self::Regressed => "regressed",
            Self::Escalated => "escalating",
            Self::Ignored => "ignored",
            Self::Assigned(_) => "assigned",
            Self::Unassigned => "unassigned",
            Self::Linked { .. } => return None,
        })
    }
}
