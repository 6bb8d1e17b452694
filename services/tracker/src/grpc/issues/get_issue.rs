use patchbay_domain::{Caller, Error, Result};
use patchbay_proto::tracker as wire;

use super::issue;
use crate::domain::access;
use crate::domain::issue::not_found;
use crate::grpc::named;
use crate::store::issues;
use crate::tracker::Tracker;

#[tracing::instrument(name = "tracker.get_issue", skip_all)]
pub(super) async fn get_issue(
    tracker: &Tracker,
    caller: Caller,
    request: wire::GetIssueRequest,
) -> Result<wire::Issue> {
    let asked_in = match request.organization.as_str() {
        "" => None,
        named => Some(named::organization(&tracker.db, named).await?.ok_or_else(not_found)?.id),
    };
    // Whoever names an organization they have no business in is told so before anything is looked up there.
    if let Some(organization_id) = asked_in {
        access::one_of(&caller, organization_id, access::READ_ISSUES, Error::permission_denied())?;
    }
    let found = issues::find(&tracker.db, request.id).await?.ok_or_else(not_found)?;
    let organization_id = found.issue.organization_id;
    if asked_in.is_some_and(|asked| asked != organization_id) {
        return Err(not_found());
    }
    access::one_of(&caller, organization_id, access::READ_ISSUES, not_found())?;
    Ok(issue::to_wire(&found.issue, &found.project))
}
