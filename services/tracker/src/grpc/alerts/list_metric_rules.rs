use patchbay_domain::{Caller, Error, Result};
use patchbay_proto::tracker as wire;
use patchbay_rpc::bounded_page;

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
    let projects = visible.ids();
    let fetch = |offset, limit| async move {
        let found = metric_rules::list(&context.db, organization.id, projects, offset, limit).await?;
        Ok::<_, Error>(found.iter().map(to_wire).collect())
    };
    let (rules, has_more) = bounded_page(page.offset(), page.limit(), fetch).await?;
    Ok(wire::ListMetricRulesResponse { rules, has_more })
}
