//! Tickets, and the issues that they are linked to.

use crate::Choice;
use crate::Object;

/// A ticket at a tracker.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Ticket {
    /// Key, for example `OPS-7`.
    pub key: String,
    /// Title.
    pub title: String,
    /// Description; may be empty.
    pub description: String,
    /// The project as [`StatusMapping`] names it.
    pub project: String,
    /// The status as [`StatusMapping`] names it; empty if it is not known.
    pub status: String,
    /// Kept with the ticket, for example `provider_issue_id`.
    pub metadata: Object,
}

/// An issue of ours, for texts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct IssueInfo {
    /// Id.
    pub id: i64,
    /// Readable id, for example `SHOP-1A`.
    pub short_id: String,
    /// Title, one line.
    pub title: String,
    /// What happened: the latest error as text; may be empty.
    pub body: String,
    /// URL of its page.
    pub url: String,
    /// Values of the fields that the [`Descriptor`](crate::Descriptor) remembers, from the last time.
    pub defaults: Object,
}

/// Who an issue is assigned to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Assignee {
    /// Names at the tracker that are mapped to the user.
    pub names: Vec<String>,
    /// Verified e-mail addresses.
    pub emails: Vec<String>,
}

/// A question for choices of a field.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Search {
    /// Name of the field.
    pub field: String,
    /// The text to search for.
    pub query: String,
    /// The project that was chosen; empty if none was.
    pub project: String,
}

/// What can be mapped to statuses of issues.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct StatusMapping {
    /// Projects at the tracker.
    pub projects: Vec<Choice>,
    /// Statuses at the tracker.
    pub statuses: Vec<Choice>,
    /// The word for a project, for example `Jira Server Project`.
    pub project_noun: String,
    /// Further keys of `addDropdown`, for example `url` and `searchField`.
    pub dropdown: Object,
}
