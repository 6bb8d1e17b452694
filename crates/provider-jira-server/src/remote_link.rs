//! A link from the ticket to the issue.

use patchbay_provider::{Installation, IssueInfo, Kind, Result};
use serde_json::json;

use crate::jira::{Jira, part};

fn global_id(issue_id: i64) -> String {
    format!("patchbay:issue:{issue_id}")
}

pub(crate) async fn add(
    jira: &Jira<'_>,
    installation: &Installation,
    issue: &IssueInfo,
    key: &str,
) -> Result<()> {
    let title = format!("{} Issue: {}", installation.product, issue.short_id);
    let body = json!({
        "globalId": global_id(issue.id),
        "object": { "url": issue.url, "title": title, "summary": issue.title },
    });
    jira.post(&format!("rest/api/2/issue/{}/remotelink", part(key)), &body).await.map(drop)
}

pub(crate) async fn remove(jira: &Jira<'_>, issue_id: i64, key: &str) -> Result<()> {
    let path = format!("rest/api/2/issue/{}/remotelink", part(key));
    match jira.delete(jira.url(&path, &[("globalId", &global_id(issue_id))])?).await {
        Err(failure) if failure.kind == Kind::Gone => Ok(()),
        other => other,
    }
}
