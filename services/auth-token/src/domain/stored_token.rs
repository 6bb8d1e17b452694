//! A stored token, which has no secret.

use std::fmt;

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use super::code::Hash;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Holder {
    /// An app, through one of its installations.
    Installation(InstallationHolder),
    /// A user, with a personal token.
    User(i64),
    /// A user, with a session.
    Session(i64),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct InstallationHolder {
    pub(crate) installation: Uuid,
    pub(crate) app_id: i64,
    pub(crate) organization_id: i64,
}

/// A token of an app or a user, or a session.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct StoredToken {
    pub(crate) id: i64,
    pub(crate) holder: Holder,
    pub(crate) token_hash: Hash,
    /// For people to tell tokens apart.
    pub(crate) last_four: String,
    /// Names of the scopes and of the scopes they imply. They are text so that an older release can read a token
    /// whose scopes it does not know.
    pub(crate) scopes: Vec<String>,
    /// The name that its user gave it.
    pub(crate) name: Option<String>,
    pub(crate) created_at: DateTime<Utc>,
    /// `None`: never.
    pub(crate) expires_at: Option<DateTime<Utc>>,
    /// Accurate to a minute; `None`: never.
    pub(crate) last_used_at: Option<DateTime<Utc>>,
    pub(crate) refresh: Option<RefreshPart>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct RefreshPart {
    /// Shared by all tokens that descend from one exchange.
    pub(crate) family: Uuid,
    pub(crate) hash: Hash,
    /// Set when the token has been refreshed. It is invalid from then on.
    pub(crate) replaced: Option<Replaced>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Replaced {
    pub(crate) at: DateTime<Utc>,
    pub(crate) successor_id: i64,
}

impl StoredToken {
    /// A replaced token is invalid. An expired token, in contrast, can still be refreshed.
    pub(crate) fn is_replaced(&self) -> bool {
        self.refresh.is_some_and(|refresh| refresh.replaced.is_some())
    }

    pub(crate) fn is_expired(&self, now: DateTime<Utc>) -> bool {
        self.expires_at.is_some_and(|end| end <= now)
    }

    /// Whether a use at this moment is stored: the time of the last use is accurate to a minute.
    pub(crate) fn use_is_news(&self, now: DateTime<Utc>) -> bool {
        self.last_used_at.is_none_or(|last| now - last >= TimeDelta::minutes(1))
    }

    pub(crate) fn installation(&self) -> Option<InstallationHolder> {
        match self.holder {
            Holder::Installation(holder) => Some(holder),
            Holder::User(_) | Holder::Session(_) => None,
        }
    }
}

/// Without hashes: a hash in the log would let its reader recognize a token.
impl fmt::Debug for StoredToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StoredToken")
            .field("id", &self.id)
            .field("holder", &self.holder)
            .field("refresh", &self.refresh)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for RefreshPart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RefreshPart")
            .field("family", &self.family)
            .field("replaced", &self.replaced)
            .finish_non_exhaustive()
    }
}
