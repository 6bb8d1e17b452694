//! The organization that a request is about.

use patchbay_domain::Error;

/// An organization, as the directory knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Organization {
    pub(crate) id: i64,
    pub(crate) slug: String,
    pub(crate) name: String,
    /// Sorted.
    pub(crate) features: Vec<String>,
}

impl Organization {
    pub(crate) fn has(&self, feature: &str) -> bool {
        self.features.iter().any(|known| known == feature)
    }

    /// Whether its issues may be linked to tickets.
    pub(crate) fn may_link(&self) -> bool {
        self.has("integrations-issue-basic") || self.may_sync()
    }

    /// Whether its issues may be synchronised with tickets.
    pub(crate) fn may_sync(&self) -> bool {
        self.has("integrations-issue-sync")
    }

    /// Whether alert rules may create tickets.
    pub(crate) fn may_create_by_rule(&self) -> bool {
        self.has("integrations-ticket-rules") && self.may_link()
    }

    /// Whether names at trackers may be mapped to its users and teams.
    pub(crate) fn may_map_actors(&self) -> bool {
        self.has("integrations-codeowners")
    }
}

pub(crate) fn organization_not_found() -> Error {
    Error::not_found("ORGANIZATION_NOT_FOUND", "The organization does not exist.")
}

pub(crate) fn feature_off() -> Error {
    Error::invalid("FEATURE_OFF", "Your organization does not have access to this feature.")
}
