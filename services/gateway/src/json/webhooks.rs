//! Whether webhooks are sent to an installation.

use patchbay_proto::installation::WebhooksState;
use serde::Serialize;
use utoipa::ToSchema;

use super::time;

/// Whether webhooks are sent to an installation, and the reason if not.
#[derive(Serialize, ToSchema)]
#[schema(as = Webhooks)]
pub(crate) struct WebhooksJson {
    /// `active`, `stopped`, or `app_disabled`.
    status: &'static str,
    reason: Option<String>,
    since: Option<String>,
}

impl From<WebhooksState> for WebhooksJson {
    fn from(state: WebhooksState) -> Self {
        Self {
            status: match state.suspended_reason.as_str() {
                "" => "active",
                "app_disabled" => "app_disabled",
                _ => "stopped",
            },
            reason: state.cause,
            since: state.suspended_at.as_ref().and_then(time::iso),
        }
    }
}
