//! A link of an issue to one in an app's service.

use patchbay_proto::tracker::ExternalIssue;
use serde::Serialize;
use utoipa::ToSchema;

/// A link.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ExternalIssue)]
pub(crate) struct ExternalIssueJson {
    /// Numbers are written as texts.
    id: String,
    issue_id: String,
    service_type: String,
    display_name: String,
    web_url: String,
}

impl From<ExternalIssue> for ExternalIssueJson {
    fn from(link: ExternalIssue) -> Self {
        Self {
            id: link.id.to_string(),
            issue_id: link.issue_id.to_string(),
            service_type: link.app_slug,
            display_name: link.display_name,
            web_url: link.web_url,
        }
    }
}
