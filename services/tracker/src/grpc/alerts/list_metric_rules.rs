use patchbay_domain::{Caller, Result};
use patchbay_proto::tracker as wire;

use super::get_metric_rule::to_wire;
use super::rule;
use crate::context::Context;
use crate::domain::access;
use crate::domain::input::page::Page;
use crate::store::metric_rules;

pub(super) async fn list_metric_rules(
    context: &Context,
    caller: &Caller,
    request: wire::ListMetricRulesRequest,
) -> Result<wire::ListMetricRulesResponse> {
    let scopes = access::READ_ALERTS;
    let organization = rule::organization(context, caller, &request.organization, scopes).await?;
    let page = Page::read(request.offset, request.limit);
    let visible = rule::visible_projects(context, caller, &organization).await?;
    let found = metric_rules::list(&context.db, organization.id, visible.ids(), page).await?;
    let (found, has_more) = page.cut(found);
    Ok(wire::ListMetricRulesResponse { rules: found.iter().map(to_wire).collect(), has_more })
}
