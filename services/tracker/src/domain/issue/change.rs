//! Changes of an issue, which are written to activity and history, and published to apps.

use serde_json::{Value, json};

use crate::domain::issue::assignee::Assignee;
use crate::domain::issue::source::IntegrationSource;

/// A change of an issue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum IssueChange {
    Opened,
    Resolved {
        /// As in the webhook.
        resolution_type: &'static str,
        version: Option<String>,
    },
    Unresolved,
    /// Reopened: it was resolved, and a new error arrived.
    Regressed,
    /// Reopened: it exceeded the limit under which it was ignored (errors, users or time).
    Escalated,
    Ignored,
    Assigned(Assignee),
    Unassigned,
    /// The issue was linked to one in the service of an app, or to a ticket of an outside tracker.
    Linked {
        title: String,
        provider: String,
        label: String,
        location: String,
        /// The other one was created with the link.
        is_new: bool,
    },
}

impl IssueChange {
    /// The type of the activity record.
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

    /// The same change, made by the tracker of an integration.
    pub(crate) fn by_integration(mut self) -> Self {
        if let Self::Resolved { resolution_type, .. } = &mut self {
            *resolution_type = "with_third_party_app";
        }
        self
    }

    /// The data of the activity record.
    pub(crate) fn activity_data(&self, source: Option<&IntegrationSource>) -> Value {
        let mut data = self.own_data();
        if let (Some(source), Value::Object(data)) = (source, &mut data) {
            source.describe(data);
        }
        data
    }

    fn own_data(&self) -> Value {
        match self {
            Self::Resolved { version: Some(version), .. } => json!({ "version": version }),
            Self::Assigned(assignee) => json!({
                "assignee": assignee.id().to_string(),
                "assigneeEmail": assignee.email(false),
                "assigneeType": assignee.kind(),
            }),
            Self::Linked { title, provider, label, location, is_new } => {
                let mut data = json!({
                    "title": title, "provider": provider, "location": location, "label": label,
                });
                if *is_new {
                    data["new"] = json!(true);
                }
                data
            }
            _ => json!({}),
        }
    }

    /// The name in the history; `None` for changes that are not states.
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
