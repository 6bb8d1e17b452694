//! Changes that a tracker reports, in the terms of the service.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::setup::Built;

/// A change that a tracker reports. It is stored until it is applied.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "change", rename_all = "snake_case")]
pub enum Change {
    /// A ticket has this assignee now.
    Assignee {
        /// Key of the ticket.
        key: String,
        /// `None` without an assignee.
        assignee: Option<ExternalUser>,
        /// Its time at the tracker.
        #[serde(flatten)]
        at: Timed,
    },
    /// The status of a ticket changed.
    Status {
        /// Key of the ticket.
        key: String,
        /// What [`Provider::resolve_action`](crate::Provider::resolve_action) needs to know what that means.
        data: Value,
        /// Its time at the tracker.
        #[serde(flatten)]
        at: Timed,
    },
    /// A ticket has another key.
    Key {
        /// The key until now.
        from: String,
        /// The key from now on.
        to: String,
        /// The id of the ticket at the tracker, which did not change; empty if it has none.
        ticket_id: String,
    },
    /// A project has another name, and so have the keys of its tickets: they begin with the name and the separator.
    Project {
        /// The name until now, as [`StatusMapping`](crate::StatusMapping) has it.
        from: String,
        /// The name from now on.
        to: String,
        /// For example `#` in `acme/shop#12`.
        separator: String,
    },
}

impl Change {
    /// Key of the ticket; until now, if it changes. The name of the project if it is about one.
    pub fn key(&self) -> &str {
        match self {
            Self::Assignee { key, .. } | Self::Status { key, .. } => key,
            Self::Key { from, .. } | Self::Project { from, .. } => from,
        }
    }

    /// Whether it changes keys, so that other changes have to wait for it.
    pub fn is_about_keys(&self) -> bool {
        matches!(self, Self::Key { .. } | Self::Project { .. })
    }
}

/// When something happened, by the tracker's clock.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Timed {
    /// `None` if the tracker does not say it, or not readably.
    pub at: Option<DateTime<Utc>>,
}

/// A person at a tracker. At least one is known.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExternalUser {
    /// E-mail address.
    pub email: Option<String>,
    /// Name as it is mapped to a user, for example `@wren`.
    pub name: Option<String>,
}

/// The effect of a change of status on issues.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// The ticket is done.
    Resolve,
    /// The ticket is open again.
    Unresolve,
}

/// A change of an integration itself, applied before the webhook is answered.
#[derive(Debug, Clone)]
pub enum IntegrationChange {
    /// Made or refreshed at the tracker; it belongs to no organization yet.
    Refreshed(Box<Built>),
    /// Removed or suspended at the tracker.
    Disabled {
        /// Its id at the tracker.
        external_id: String,
    },
    /// Usable again.
    Enabled {
        /// Its id at the tracker.
        external_id: String,
    },
}
