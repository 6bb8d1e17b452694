//! SQL, with domain types as input and output.

pub(crate) mod activity;
pub(crate) mod alert_rules;
pub(crate) mod assignees;
pub(crate) mod audit_entries;
pub(crate) mod erase;
pub(crate) mod error_days;
pub(crate) mod events;
pub(crate) mod external_issues;
pub(crate) mod find_short_id;
pub(crate) mod invitations;
pub(crate) mod issue_changes;
pub(crate) mod issue_marks;
pub(crate) mod issue_words;
pub(crate) mod issues;
pub(crate) mod list_issues;
pub(crate) mod memberships;
pub(crate) mod metric_rules;
pub(crate) mod notification_settings;
pub(crate) mod organizations;
pub(crate) mod projects;
pub(crate) mod recording;
pub(crate) mod releases;
pub(crate) mod snowflakes;
pub(crate) mod subscriptions;
pub(crate) mod teams;
pub(crate) mod users;
pub(crate) mod visible_projects;

use patchbay_db::DbError;

/// The error for a stored value that this release does not know. A newer release wrote it, or an operator.
fn unknown(what: &str, word: &str) -> DbError {
    DbError::Other(format!("the stored {what} {word:?} is not known"))
}
