use patchbay_domain::{Caller, Result};
use patchbay_proto::tracker as wire;

use super::rule;
use crate::context::Context;
use crate::domain::access;
use crate::domain::alert::metric_rule::MetricRule;
use crate::domain::alert::rule::not_found;
use crate::store::metric_rules;

pub(super) async fn get_metric_rule(
    context: &Context,
    caller: &Caller,
    request: wire::GetMetricRuleRequest,
) -> Result<wire::MetricRule> {
    let scopes = access::READ_ALERTS;
    let organization = rule::organization(context, caller, &request.organization, scopes).await?;
    let found = metric_rules::find(&context.db, organization.id, request.id).await?.ok_or_else(not_found)?;
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
