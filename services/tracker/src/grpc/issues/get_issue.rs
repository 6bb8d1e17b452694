use patchbay_domain::{Caller, Result};
use patchbay_proto::tracker as wire;

use super::issue;
use crate::domain::access;
use crate::tracker::Tracker;

#[tracing::instrument(name = "tracker.get_issue", skip_all)]
pub(super) async fn get_issue(
    tracker: &Tracker,
    caller: Caller,
    request: wire::GetIssueRequest,
) -> Result<wire::Issue> {
    let scopes = access::READ_ISSUES;
    let found = issue::for_caller(tracker, &caller, request.id, &request.organization, scopes).await?;
    issue::to_wire_for(tracker, &caller, &found).await
}
