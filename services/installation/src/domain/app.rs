//! An app as it is kept.

use chrono::{DateTime, Utc};
use patchbay_domain::{Scope, ScopeSet};
use uuid::Uuid;

use super::organization::Organization;
use super::suspension::Suspension;

/// Where an app is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AppStatus {
    Unpublished,
    Published,
    Internal,
    PublishRequestInProgress,
    DeletionInProgress,
}

#[derive(Debug, Clone)]
pub(crate) struct App {
    pub(crate) id: i64,
    pub(crate) uuid: Uuid,
    pub(crate) slug: String,
    pub(crate) name: String,
    pub(crate) author: Option<String>,
    pub(crate) owner: Organization,
    pub(crate) status: AppStatus,
    pub(crate) scopes: Vec<Scope>,
    pub(crate) events: Vec<String>,
    pub(crate) webhook_url: Option<String>,
    pub(crate) redirect_url: Option<String>,
    pub(crate) is_alertable: bool,
    pub(crate) verify_install: bool,
    pub(crate) overview: Option<String>,
    pub(crate) allowed_origins: Vec<String>,
    pub(crate) popularity: i32,
    pub(crate) client_id: String,
    pub(crate) client_secret: Sealed,
    pub(crate) webhook_headers: Vec<SealedHeader>,
    pub(crate) published_at: Option<DateTime<Utc>>,
    pub(crate) created_at: DateTime<Utc>,
    pub(crate) disabled: Option<Suspension>,
}

/// Ciphertext; see [`sealing`](crate::sealing) for how it is opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Sealed(pub(crate) Vec<u8>);

/// A header of webhooks whose value is sealed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SealedHeader {
    pub(crate) name: String,
    pub(crate) value: Sealed,
}

impl App {
    pub(crate) fn scope_set(&self) -> ScopeSet {
        ScopeSet::of(&self.scopes)
    }

    pub(crate) fn scope_names(&self) -> Vec<String> {
        self.scopes.iter().map(ToString::to_string).collect()
    }

    pub(crate) fn is_internal(&self) -> bool {
        self.status == AppStatus::Internal
    }
}

impl AppStatus {
    const ALL: [Self; 5] = [
        Self::Unpublished,
        Self::Published,
        Self::Internal,
        Self::PublishRequestInProgress,
        Self::DeletionInProgress,
    ];

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Unpublished => "unpublished",
            Self::Published => "published",
            Self::Internal => "internal",
            Self::PublishRequestInProgress => "publish_request_inprogress",
            Self::DeletionInProgress => "deletion_in_progress",
        }
    }

    pub(crate) fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == text)
    }
}
