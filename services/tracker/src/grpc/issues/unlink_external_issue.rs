use patchbay_domain::{Caller, Result};
use patchbay_proto::tracker as wire;

use super::external_issue::check_own_app;
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
    if !external_issues::delete(&context.db, request.id, request.organization_id, request.app_id).await? {
        return Err(not_found());
    }
    Ok(wire::UnlinkExternalIssueResponse {})
}
