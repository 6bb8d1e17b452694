use patchbay_domain::{Caller, Result};
use patchbay_proto::tracker as wire;

use super::external_issue::to_wire;
use super::issue;
use crate::context::Context;
use crate::domain::access;
use crate::store::external_issues;

pub(super) async fn list_external_issues(
    context: &Context,
    caller: &Caller,
    request: wire::ListExternalIssuesRequest,
) -> Result<wire::ListExternalIssuesResponse> {
    let scopes = access::READ_ISSUES;
    let found = issue::for_caller(context, caller, request.issue_id, &request.organization, scopes).await?;
    let links = external_issues::of_issue(&context.db, found.issue.id).await?;
    Ok(wire::ListExternalIssuesResponse { external_issues: links.into_iter().map(to_wire).collect() })
}
