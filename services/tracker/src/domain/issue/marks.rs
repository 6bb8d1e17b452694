//! Marks that a user or an app puts on an issue for themselves.

use patchbay_domain::{Caller, Error, Result};

/// A caller who can have marks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Viewer {
    pub(crate) kind: &'static str,
    pub(crate) id: i64,
}

/// The marks of a viewer on an issue.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Marks {
    pub(crate) has_seen: bool,
    pub(crate) is_bookmarked: bool,
}

/// The marks to change; `None` leaves a mark unchanged.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct MarkChange {
    pub(crate) has_seen: Option<bool>,
    pub(crate) is_bookmarked: Option<bool>,
}

impl Viewer {
    /// `None` for services and operators.
    pub(crate) fn of(caller: &Caller) -> Option<Self> {
        match caller {
            Caller::User(user) => Some(Self { kind: "user", id: user.user_id }),
            Caller::App(app) => Some(Self { kind: "app", id: app.app_id }),
            Caller::Anonymous | Caller::Service(_) | Caller::Operator => None,
        }
    }
}

impl MarkChange {
    /// The viewer whose marks change; `None` if nothing does.
    ///
    /// # Errors
    /// `INVALID_FIELD` (hasSeen, isBookmarked) for a caller who cannot have marks.
    pub(crate) fn viewer(self, caller: &Caller) -> Result<Option<Viewer>> {
        let given = [("hasSeen", self.has_seen), ("isBookmarked", self.is_bookmarked)];
        let viewer = Viewer::of(caller);
        match given.into_iter().find(|(_, value)| *value == Some(true)) {
            Some((field, _)) if viewer.is_none() => {
                Err(Error::field(field, "Only a user or an app can mark an issue."))
            }
            _ => Ok(viewer.filter(|_| self != Self::default())),
        }
    }
}
