//! An app as it is kept.

use chrono::{DateTime, Utc};
use patchbay_domain::{Scope, ScopeSet};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use uuid::Uuid;

use super::delivery::DeliverySettings;
use super::feature::Feature;
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

#[derive(Debug, Clone, PartialEq)]
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
    /// UI components as their developer wrote them, JSON; see [`schema`](super::schema).
    pub(crate) schema: String,
    pub(crate) metadata: Map<String, Value>,
    pub(crate) features: Vec<Feature>,
    pub(crate) delivery: DeliverySettings,
    pub(crate) client_certificate: Option<SealedCertificate>,
    pub(crate) previous_secret: Option<PreviousSecret>,
    /// While the app is being removed.
    pub(crate) removal: Option<Removal>,
}

/// The client secret before a rotation, and until when it signs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PreviousSecret {
    pub(crate) secret: Sealed,
    pub(crate) until: DateTime<Utc>,
}

/// A client certificate whose key is sealed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SealedCertificate {
    pub(crate) pem: String,
    pub(crate) key: Sealed,
}

/// What its installations have to know about the removal of an app.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Removal {
    pub(crate) by: Option<Remover>,
    /// What the app was before.
    pub(crate) is_internal: bool,
}

/// The user who wanted it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Remover {
    pub(crate) id: i64,
    pub(crate) name: String,
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

    /// Managed by a partner of the operator, and not to be changed by its owner.
    pub(crate) fn is_partnership_restricted(&self) -> bool {
        self.metadata.get("partnership_restricted") == Some(&Value::Bool(true))
    }

    /// The secret that signs beside the client secret at this moment.
    pub(crate) fn second_secret(&self, now: DateTime<Utc>) -> Option<&PreviousSecret> {
        self.previous_secret.as_ref().filter(|previous| previous.until > now)
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
