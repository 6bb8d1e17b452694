use patchbay_domain::{Caller, Error, Result};
use patchbay_proto::tracker as wire;

use crate::domain::issue::external_issue::ExternalIssue;

/// An app links issues in its own name only.
pub(super) fn check_own_app(caller: &Caller, app_id: i64) -> Result<()> {
    match caller.app() {
        Some(app) if app.app_id != app_id => Err(Error::permission_denied()),
        _ => Ok(()),
    }
}

pub(super) fn to_wire(link: ExternalIssue) -> wire::ExternalIssue {
    let ExternalIssue { id, issue_id, app_slug, display_name, web_url, .. } = link;
    wire::ExternalIssue { id, issue_id, app_slug, display_name, web_url }
}
