//! An installation as the owner of the app sees it.

use patchbay_proto::installation::AppInstallation;
use serde::Serialize;
use utoipa::ToSchema;

use super::installation::InstallationJson;
use super::time;
use super::webhooks::WebhooksJson;

/// An installation, since when it exists, and whether webhooks are sent to it.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = AppInstallation)]
pub(crate) struct AppInstallationJson {
    #[serde(flatten)]
    installation: InstallationJson,
    date_created: Option<String>,
    webhooks: WebhooksJson,
}

impl AppInstallationJson {
    /// `None` if the answer of the service has no installation.
    pub(crate) fn new(answer: AppInstallation) -> Option<Self> {
        let installation = answer.installation?;
        Some(Self {
            date_created: installation.created_at.as_ref().and_then(time::iso),
            webhooks: answer.webhooks.unwrap_or_default().into(),
            installation: installation.into(),
        })
    }
}
