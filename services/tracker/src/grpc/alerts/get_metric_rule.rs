use patchbay_domain::{Caller, Result};
use patchbay_proto::tracker as wire;

use super::rule;
use crate::context::Context;
use crate::domain::access;
use crate::domain::alert::metric_rule::MetricRule;

pub(super) async fn get_metric_rule(
    context: &Context,
    caller: &Caller,
    request: wire::GetMetricRuleRequest,
) -> Result<wire::MetricRule> {
    let (organization, scopes) = (&request.organization, access::READ_ALERTS);
    let found = rule::metric_rule(context, caller, organization, request.id, scopes).await?;
    Ok(to_wire(&found))
}

pub(super) fn to_wire(rule: &MetricRule) -> wire::MetricRule {
    wire::MetricRule {
        id: rule.id,
        organization_id: rule.organization_id,
        project_id: rule.project_id,
        document_json: rule.to_json(),
    }
}
