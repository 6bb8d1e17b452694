use patchbay_domain::{Caller, Result};
use patchbay_proto::tracker as wire;

use super::rule;
use crate::context::Context;
use crate::domain::access;
use crate::store::metric_rules;

pub(super) async fn delete_metric_rule(
    context: &Context,
    caller: &Caller,
    request: wire::DeleteMetricRuleRequest,
) -> Result<wire::DeleteMetricRuleResponse> {
    let (organization, scopes) = (&request.organization, access::WRITE_ALERTS);
    let found = rule::metric_rule(context, caller, organization, request.id, scopes).await?;
    let mut tx = context.db.begin().await?;
    metric_rules::delete(&mut tx, found.id).await?;
    tx.commit().await?;
    Ok(wire::DeleteMetricRuleResponse {})
}
