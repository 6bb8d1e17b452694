use patchbay_domain::{Caller, ErrorKind, Result};
use patchbay_proto::tracker as wire;

use super::external_issue::check_own_app;
use super::issue;
use crate::context::Context;
use crate::domain::access;
use crate::domain::issue::external_issue::not_found;
use crate::store::external_issues;

pub(super) async fn unlink_external_issue(
    context: &Context,
    caller: &Caller,
    request: wire::UnlinkExternalIssueRequest,
) -> Result<wire::UnlinkExternalIssueResponse> {
    check_own_app(caller, request.app_id)?;
    access::one_of(caller, request.organization_id, access::DELETE_ISSUES, not_found())?;
    // Teams can limit the projects whose issues the caller may access.
    let (organization_id, app_id) = (request.organization_id, request.app_id);
    let linked = external_issues::linked_issue(&context.db, request.id, organization_id, app_id).await?;
    let (issue_id, organization) = (linked.ok_or_else(not_found)?, organization_id.to_string());
    issue::for_caller(context, caller, issue_id, &organization, access::DELETE_ISSUES)
        .await
        .map_err(|error| if error.kind == ErrorKind::NotFound { not_found() } else { error })?;
    if !external_issues::delete(&context.db, request.id, request.organization_id, request.app_id).await? {
        return Err(not_found());
    }
    Ok(wire::UnlinkExternalIssueResponse {})
}
