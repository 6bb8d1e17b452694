use patchbay_domain::{Caller, Result};
use patchbay_proto::tracker as wire;

use super::get_metric_rule::to_wire;
use super::rule;
use crate::domain::access;
use crate::domain::page::Page;
use crate::store::metric_rules;
use crate::tracker::Tracker;

#[tracing::instrument(name = "tracker.list_metric_rules", skip_all)]
pub(super) async fn list_metric_rules(
    tracker: &Tracker,
    caller: Caller,
    request: wire::ListMetricRulesRequest,
) -> Result<wire::ListMetricRulesResponse> {
    let scopes = access::READ_ALERTS;
    let organization = rule::organization(tracker, &caller, &request.organization, scopes).await?;
    let page = Page::read(request.offset, request.limit);
    let (found, has_more) = page.cut(metric_rules::list(&tracker.db, organization.id, page).await?);
    Ok(wire::ListMetricRulesResponse { rules: found.iter().map(to_wire).collect(), has_more })
}
