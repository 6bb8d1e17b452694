use patchbay_domain::{Caller, Result};
use patchbay_proto::tracker as wire;

use super::rule;
use crate::context::Context;
use crate::domain::access;
use crate::store::alert_rules;

pub(super) async fn list_rules(
    context: &Context,
    caller: &Caller,
    request: wire::ListRulesRequest,
) -> Result<wire::ListRulesResponse> {
    let (organization, scopes) = (&request.organization, access::READ_ALERTS);
    let project = rule::project(context, caller, organization, &request.project, scopes).await?;
    let found = alert_rules::of_project(&context.db, project.id).await?;
    Ok(wire::ListRulesResponse { rules: found.iter().map(|found| rule::to_wire(found, &project)).collect() })
}
