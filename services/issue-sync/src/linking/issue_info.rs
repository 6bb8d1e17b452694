use patchbay_domain::Error;
use patchbay_proto::tracker::Issue;
use serde_json::Value;

use crate::context::Context;
use crate::store::form_defaults::{self, Of};
use patchbay_provider::{IssueInfo, Object};

/// The issue as a provider sees it, with the defaults of everybody and of the user (0 for none).
pub(crate) async fn issue_info(
    context: &Context,
    issue: &Issue,
    integration_id: i64,
    user_id: i64,
) -> Result<IssueInfo, Error> {
    let place = defaults_of(issue, integration_id);
    let mut defaults = form_defaults::get(&context.db, place).await?;
    if user_id > 0 {
        defaults.extend(form_defaults::get(&context.db, Of { user_id, ..place }).await?);
    }
    let document: Object = serde_json::from_slice(&issue.document_json).unwrap_or_default();
    let text = |name: &str| document.get(name).and_then(Value::as_str).unwrap_or_default();
    let value = document.get("metadata").and_then(|metadata| metadata.get("value")).and_then(Value::as_str);
    let body = [issue.title.as_str(), value.unwrap_or_default(), text("culprit")];
    let body: Vec<&str> = body.into_iter().filter(|line| !line.is_empty()).collect();
    Ok(IssueInfo {
        id: issue.id,
        short_id: issue.short_id.clone(),
        title: issue.title.clone(),
        body: body.join("\n"),
        url: issue.web_url.clone(),
        defaults,
    })
}

pub(crate) fn defaults_of(issue: &Issue, integration_id: i64) -> Of {
    Of { organization_id: issue.organization_id, integration_id, project_id: issue.project_id, user_id: 0 }
}
