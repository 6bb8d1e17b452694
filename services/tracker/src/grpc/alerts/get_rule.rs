use patchbay_domain::{Caller, Result};
use patchbay_proto::tracker as wire;

use super::rule;
use crate::context::Context;
use crate::domain::access;
use crate::domain::alert::rule::not_found;
use crate::store::alert_rules;

pub(super) async fn get_rule(
    context: &Context,
    caller: &Caller,
    request: wire::GetRuleRequest,
) -> Result<wire::Rule> {
    let (organization, scopes) = (&request.organization, access::READ_ALERTS);
    let project = rule::project(context, caller, organization, &request.project, scopes).await?;
    let found = alert_rules::find(&context.db, project.id, request.id).await?.ok_or_else(not_found)?;
    Ok(rule::to_wire(&found, &project))
}
