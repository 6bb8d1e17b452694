use patchbay_domain::{Caller, Result};
use patchbay_proto::tracker as wire;

use super::rule;
use crate::context::Context;
use crate::domain::access;
use crate::domain::alert::rule::not_found;
use crate::store::metric_rules;

pub(super) async fn delete_metric_rule(
    context: &Context,
    caller: &Caller,
    request: wire::DeleteMetricRuleRequest,
) -> Result<wire::DeleteMetricRuleResponse> {
    let scopes = access::WRITE_ALERTS;
    let organization = rule::organization(context, caller, &request.organization, scopes).await?;
    let found = metric_rules::find(&context.db, organization.id, request.id).await?.ok_or_else(not_found)?;
    let mut tx = context.db.begin().await?;
    metric_rules::delete(&mut tx, found.id).await?;
    tx.commit().await?;
    Ok(wire::DeleteMetricRuleResponse {})
}
