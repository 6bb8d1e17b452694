use patchbay_domain::{Caller, Result};
use patchbay_proto::tracker as wire;

use super::issue;
use crate::domain::access;
use crate::domain::issue::not_found;
use crate::domain::reference::Reference;
use crate::store::issues;
use crate::tracker::Tracker;

#[tracing::instrument(name = "tracker.get_issue", skip_all)]
pub(super) async fn get_issue(
    tracker: &Tracker,
    caller: Caller,
    request: wire::GetIssueRequest,
) -> Result<wire::Issue> {
    let found = issues::find(&tracker.db, request.id).await?.ok_or_else(not_found)?;
    let organization_id = found.issue.organization_id;
    let in_organization = request.organization.is_empty()
        || Reference::parse(&request.organization)
            .is_some_and(|asked| asked.names(organization_id, &found.organization_slug));
    if !in_organization {
        return Err(not_found());
    }
    access::one_of(&caller, organization_id, access::READ_ISSUES, not_found())?;
    Ok(issue::to_wire(&found.issue, &found.project))
}
