//! The setup of an integration.

use std::fmt;

use serde::{Deserialize, Serialize};
use url::Url;

use crate::Object;
use crate::client::Client;
use crate::form::Field;
use crate::installation::Organization;

/// The state of a setup.
#[derive(Debug)]
pub struct SetupState {
    /// The organization that sets up.
    pub organization: Organization,
    /// The user who sets up.
    pub user_id: i64,
    /// Random and unguessable, the same for the whole setup: OAuth's `state`.
    pub nonce: String,
    /// Where a tracker sends the browser back to.
    pub redirect_url: Url,
    /// The public URL of the platform, with which webhook URLs begin.
    pub public_url: Url,
    /// Name of the product in texts.
    pub product: String,
    /// Notes of the provider. Stored encrypted.
    pub data: Object,
    /// For calls to the tracker.
    pub client: Client,
}

/// How a step is shown.
#[derive(Debug, Clone, Default)]
pub struct StepView {
    /// The step's `data` in the API, for example `{"oauthUrl":"…"}`.
    pub data: Object,
    /// The fields that a person fills in.
    pub form: Vec<Field>,
    /// Where a browser goes for this step.
    pub redirect_url: Option<String>,
}

/// An account at a tracker that can be used.
#[derive(Clone, Serialize, Deserialize)]
pub struct Built {
    /// Id of the account at the tracker, 1 to 256 characters.
    pub external_id: String,
    /// Name for people; the external id if it is empty.
    pub name: String,
    /// Data of the integration: `base_url`, `domain_name`, `icon`, `account_type`, secrets of webhooks … Stored encrypted.
    pub metadata: Object,
    /// The credentials of the person, if the provider needs them.
    pub identity: Option<ExternalIdentity>,
    /// Only attach to an integration that exists.
    pub expect_exists: bool,
}

/// The credentials of a person at a tracker.
#[derive(Clone, Serialize, Deserialize)]
pub struct ExternalIdentity {
    /// Kind of the tracker's accounts, for example `jira_server`.
    pub kind: String,
    /// The instance that knows the account, for example its host; a user has one account at an instance.
    pub instance: String,
    /// Id of the account.
    pub external_id: String,
    /// The permissions of the credentials.
    pub scopes: Vec<String>,
    /// The credentials. Stored encrypted.
    pub data: Object,
}

impl fmt::Debug for Built {
    /// Omits metadata and identity, which are secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Built").field("external_id", &self.external_id).finish_non_exhaustive()
    }
}

impl fmt::Debug for ExternalIdentity {
    /// Omits the credentials.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ExternalIdentity").field("kind", &self.kind).finish_non_exhaustive()
    }
}
