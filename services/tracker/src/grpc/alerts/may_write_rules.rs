use patchbay_domain::{Caller, Result};
use patchbay_proto::tracker as wire;

use super::rule;
use crate::context::Context;
use crate::domain::access;
use crate::domain::alert::rule::not_found;
use crate::store::alert_rules;

pub(super) async fn may_write_rules(
    context: &Context,
    caller: &Caller,
    request: wire::MayWriteRulesRequest,
) -> Result<wire::MayWriteRulesResponse> {
    let (organization, scopes) = (&request.organization, access::WRITE_ALERTS);
    if request.project.is_empty() {
        rule::organization(context, caller, organization, scopes).await?;
        return Ok(wire::MayWriteRulesResponse {});
    }
    let project = rule::project(context, caller, organization, &request.project, scopes).await?;
    if request.rule_id != 0 {
        alert_rules::find(&context.db, project.id, request.rule_id).await?.ok_or_else(not_found)?;
    }
    Ok(wire::MayWriteRulesResponse {})
}
