//! An integration in an organization, with what is needed to act.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use url::Url;

use crate::client::Client;
use crate::{Failure, Object, Result};

/// An integration in an organization.
#[derive(Debug, Clone)]
pub struct Installation {
    /// The integration.
    pub integration: IntegrationInfo,
    /// The organization. `None` while something is done for the integration as a whole.
    pub organization: Option<Organization>,
    /// The credentials as they were read.
    pub secrets: Secrets,
    /// The settings of the organization, without mappings.
    pub config: Object,
    /// The public URL of the platform.
    pub public_url: Url,
    /// Name of the product in texts.
    pub product: String,
    /// For calls to the tracker.
    pub client: Client,
    /// Stores renewed credentials.
    pub vault: Arc<dyn Vault>,
}

/// An integration.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct IntegrationInfo {
    /// Id.
    pub id: i64,
    /// Name for people.
    pub name: String,
    /// Id of the account at the tracker.
    pub external_id: String,
}

/// An organization.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Organization {
    /// Id.
    pub id: i64,
    /// Readable id.
    pub slug: String,
}

/// Metadata of an integration and the credentials of its default identity.
#[derive(Clone, Default, PartialEq)]
pub struct Secrets {
    /// See [`Built::metadata`](crate::Built::metadata).
    pub metadata: Object,
    /// See [`ExternalIdentity::data`](crate::ExternalIdentity::data); empty if the integration has no identity.
    pub identity: Object,
}

/// Renews credentials, one at a time for each integration.
#[async_trait]
pub trait Vault: fmt::Debug + Send + Sync {
    /// Calls `renew` with the stored credentials and stores what it returns, unless the stored credentials are no longer `stale`:
    /// then another call has renewed them, and they are returned.
    async fn renew(&self, stale: &Secrets, renew: &dyn Renew) -> Result<Secrets>;
}

/// A request for new credentials.
#[async_trait]
pub trait Renew: Send + Sync {
    /// Exchanges credentials for new ones.
    async fn renew(&self, secrets: &Secrets) -> Result<Secrets, Failure>;
}

impl Secrets {
    /// A text of the metadata.
    pub fn metadata_text(&self, name: &str) -> Option<&str> {
        self.metadata.get(name)?.as_str()
    }

    /// A text of the identity.
    pub fn identity_text(&self, name: &str) -> Option<&str> {
        self.identity.get(name)?.as_str()
    }
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secrets [redacted]")
    }
}
