//! Changes that go to trackers.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use patchbay_provider::Object;

/// A change that goes to a tracker. Assignee and status are read when the task runs, so that they are current.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub(crate) enum Task {
    /// The ticket gets the assignee of the issue.
    Assignee { external_issue_id: i64 },
    /// The ticket gets the status that is mapped to that of the issue.
    Status { external_issue_id: i64 },
    /// The ticket gets a comment, or its copy is changed.
    Comment { link_id: i64, comment_id: i64, is_edited: bool, text: String, author: String },
    /// The issue gets a ticket, unless one of the integration is linked to it.
    Ticket { fields: Object, rule: String },
}

/// A task that waits.
#[derive(Debug, Clone)]
pub(crate) struct Waiting {
    pub(crate) id: i64,
    pub(crate) organization_id: i64,
    pub(crate) integration_id: i64,
    pub(crate) issue_id: i64,
    pub(crate) task: Task,
    /// Time of our change.
    pub(crate) occurred_at: DateTime<Utc>,
    pub(crate) queued_at: DateTime<Utc>,
    pub(crate) attempts: i32,
    /// Changes when a later change replaces the task.
    pub(crate) version: i64,
}

impl Task {
    /// Names what is changed: a later task with the same name replaces one that waits.
    pub(crate) fn place(&self, issue_id: i64, integration_id: i64) -> String {
        match self {
            Self::Assignee { external_issue_id } => format!("assignee:{external_issue_id}"),
            Self::Status { external_issue_id } => format!("status:{external_issue_id}"),
            Self::Comment { link_id, comment_id, .. } => format!("comment:{link_id}:{comment_id}"),
            Self::Ticket { .. } => format!("ticket:{issue_id}:{integration_id}"),
        }
    }

    /// The task that replaces `waiting`: a comment that was written and then edited is still new to the tracker.
    pub(crate) fn after(self, waiting: Option<&Self>) -> Self {
        match (self, waiting) {
            (
                Self::Comment { link_id, comment_id, text, author, is_edited },
                Some(Self::Comment { is_edited: was_edited, .. }),
            ) => Self::Comment { link_id, comment_id, text, author, is_edited: is_edited && *was_edited },
            (task, _) => task,
        }
    }

    /// The operation in metrics, logs and the health report.
    pub(crate) fn operation(&self) -> &'static str {
        match self {
            Self::Assignee { .. } => "assignee_outbound",
            Self::Status { .. } => "status_outbound",
            Self::Comment { .. } => "comment_outbound",
            Self::Ticket { .. } => "ticket_by_rule",
        }
    }

    /// The operation of a link; `None` if there is no link yet.
    pub(crate) fn of_link(&self) -> Option<&'static str> {
        match self {
            Self::Assignee { .. } => Some("assignee"),
            Self::Status { .. } => Some("status"),
            Self::Comment { .. } => Some("comment"),
            Self::Ticket { .. } => None,
        }
    }

    /// The setting that switches it on.
    pub(crate) fn switch(&self) -> Option<&'static str> {
        match self {
            Self::Assignee { .. } => Some("sync_forward_assignment"),
            Self::Status { .. } => Some("sync_status_forward"),
            Self::Comment { .. } => Some("sync_comments"),
            Self::Ticket { .. } => None,
        }
    }
}

/// The last synchronisation of a link in one direction.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct LinkOutcome {
    pub(crate) at: DateTime<Utc>,
    /// `assignee`, `status` or `comment`.
    pub(crate) operation: String,
    /// `success`, `halted`, `failure` or `waiting`.
    pub(crate) outcome: String,
    /// The problem, if it is one.
    pub(crate) problem: Option<String>,
    pub(crate) message: String,
    pub(crate) next_attempt: Option<DateTime<Utc>>,
}

/// The fields of a ticket that a rule creates: those of the rule, and the proposals of the form for the rest.
pub(crate) fn ticket_fields(given: &Object, proposed: impl IntoIterator<Item = (String, Value)>) -> Object {
    let mut fields = given.clone();
    for (name, value) in proposed {
        let is_missing = fields.get(&name).is_none_or(|known| known.is_null() || known.as_str() == Some(""));
        if is_missing {
            fields.insert(name, value);
        }
    }
    fields
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn comment(text: &str, is_edited: bool) -> Task {
        Task::Comment { link_id: 5, comment_id: 7, is_edited, text: text.to_owned(), author: String::new() }
    }

    #[test]
    fn a_comment_that_was_edited_before_it_was_sent_is_still_new() {
        assert_eq!(comment("b", true).after(Some(&comment("a", false))), comment("b", false));
        assert_eq!(comment("b", true).after(Some(&comment("a", true))), comment("b", true));
        assert_eq!(comment("b", true).after(None), comment("b", true));
    }

    #[test]
    fn tasks_for_the_same_field_of_a_ticket_have_one_place() {
        let task = Task::Assignee { external_issue_id: 9 };
        assert_eq!(task.place(1, 31), task.place(2, 31));
        assert_ne!(task.place(1, 31), Task::Status { external_issue_id: 9 }.place(1, 31));
        assert_ne!(comment("a", false).place(1, 31), task.place(1, 31));
    }

    #[test]
    fn a_rule_fills_in_what_it_does_not_say_with_the_proposals_of_the_form() {
        let Value::Object(given) = json!({"project": "1", "title": ""}) else { panic!() };
        let fields = ticket_fields(&given, [("title".into(), "Boom".into()), ("project".into(), "2".into())]);
        assert_eq!(Value::Object(fields), json!({"project": "1", "title": "Boom"}));
    }
}
