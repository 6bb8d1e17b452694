use patchbay_domain::{Caller, Result};
use patchbay_proto::tracker as wire;

use super::issue;
use crate::context::Context;
use crate::domain::access;

pub(super) async fn get_issue(
    context: &Context,
    caller: &Caller,
    request: wire::GetIssueRequest,
) -> Result<wire::Issue> {
    let scopes = if request.to_link { access::LINK_ISSUES } else { access::READ_ISSUES };
    let found = issue::for_caller(context, caller, request.id, &request.organization, scopes).await?;
    issue::to_wire_for(context, caller, &found).await
}
