//! Integrations, and their use by organizations.

use chrono::{DateTime, Utc};
use patchbay_domain::Error;

use patchbay_provider::Object;

/// States of an integration and of its use by an organization.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Status {
    Active,
    Disabled,
    PendingDeletion,
    DeletionInProgress,
}

/// A secret as it is stored.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Sealed(pub(crate) Vec<u8>);

/// An account at a tracker.
#[derive(Debug, Clone)]
pub(crate) struct Integration {
    pub(crate) id: i64,
    pub(crate) provider: String,
    pub(crate) external_id: String,
    pub(crate) name: String,
    pub(crate) metadata: Sealed,
    pub(crate) status: Status,
}

/// Its use by an organization.
#[derive(Debug, Clone)]
pub(crate) struct OrganizationIntegration {
    pub(crate) id: i64,
    pub(crate) organization_id: i64,
    pub(crate) organization_slug: String,
    pub(crate) integration: Integration,
    pub(crate) config: Object,
    pub(crate) identity: Option<Identity>,
    pub(crate) status: Status,
    pub(crate) grace_period_end: Option<DateTime<Utc>>,
}

/// The credentials of a person.
#[derive(Debug, Clone)]
pub(crate) struct Identity {
    pub(crate) id: i64,
    pub(crate) data: Sealed,
}

impl Status {
    pub(crate) const ALL: [Self; 4] =
        [Self::Active, Self::Disabled, Self::PendingDeletion, Self::DeletionInProgress];

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Disabled => "disabled",
            Self::PendingDeletion => "pending_deletion",
            Self::DeletionInProgress => "deletion_in_progress",
        }
    }

    pub(crate) fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == text)
    }
}

impl OrganizationIntegration {
    /// Whether it can act.
    pub(crate) fn is_active(&self) -> bool {
        self.status == Status::Active && self.integration.status == Status::Active
    }
}

impl std::fmt::Debug for Sealed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Sealed({} bytes)", self.0.len())
    }
}

pub(crate) fn integration_not_found() -> Error {
    Error::not_found("INTEGRATION_NOT_FOUND", "The integration does not exist.")
}

pub(crate) fn providers_not_found() -> Error {
    Error::not_found("PROVIDERS_NOT_FOUND", "Providers do not exist")
}
