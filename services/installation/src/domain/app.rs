//! Apps.

pub(crate) mod access;
pub(crate) mod allowed_origins;
pub(crate) mod author;
pub(crate) mod avatar;
pub(crate) mod change;
pub(crate) mod client_certificate;
pub(crate) mod client_secret;
pub(crate) mod delivery_settings;
pub(crate) mod draft;
pub(crate) mod feature;
pub(crate) mod name;
pub(crate) mod popularity;
pub(crate) mod removal;
pub(crate) mod requested_scopes;
pub(crate) mod sealed_values;
pub(crate) mod secret_rotation;
pub(crate) mod spam_name;
pub(crate) mod status_change;
pub(crate) mod subscriptions;
pub(crate) mod texts;
pub(crate) mod token_access;
pub(crate) mod web_url;
pub(crate) mod webhook_header;

use chrono::{DateTime, Utc};
use patchbay_domain::{Scope, ScopeSet};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::domain::app::delivery_settings::DeliverySettings;
use crate::domain::app::feature::Feature;
use crate::domain::app::texts::AppTexts;
use crate::domain::organization::Organization;
use crate::domain::suspension::Suspension;

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
    pub(crate) is_alertable: bool,
    pub(crate) verify_install: bool,
    pub(crate) texts: AppTexts,
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
    /// Set while the app is being removed.
    pub(crate) removal: Option<Removal>,
}

/// The client secret before a rotation. It signs webhooks beside the current one until `until`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PreviousSecret {
    pub(crate) secret: Sealed,
    pub(crate) until: DateTime<Utc>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SealedCertificate {
    pub(crate) pem: String,
    pub(crate) key: Sealed,
}

/// The removal of an app, as far as the events of its installations need it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Removal {
    pub(crate) by: Option<Remover>,
    /// Whether the app was internal before its removal.
    pub(crate) is_internal: bool,
}

/// The user who removed the app.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Remover {
    pub(crate) id: i64,
    pub(crate) name: String,
}

/// Ciphertext; [`sealing`](crate::sealing) opens it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Sealed(pub(crate) Vec<u8>);

/// A webhook header with a sealed value.
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

    /// Whether a partner of the operator manages the app, so that its owner may not change it.
    pub(crate) fn is_partnership_restricted(&self) -> bool {
        self.metadata.get("partnership_restricted") == Some(&Value::Bool(true))
    }

    /// The previous secret, if it still signs at `now`.
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
