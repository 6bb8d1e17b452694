use patchbay_domain::{Caller, Result};
use patchbay_proto::tracker as wire;

use super::rule;
use crate::domain::access;
use crate::domain::alert_rule::not_found;
use crate::store::alert_rules;
use crate::tracker::Tracker;

#[tracing::instrument(name = "tracker.may_write_rules", skip_all)]
pub(super) async fn may_write_rules(
    tracker: &Tracker,
    caller: Caller,
    request: wire::MayWriteRulesRequest,
) -> Result<wire::MayWriteRulesResponse> {
    let (organization, scopes) = (&request.organization, access::WRITE_ALERTS);
    if request.project.is_empty() {
        rule::organization(tracker, &caller, organization, scopes).await?;
        return Ok(wire::MayWriteRulesResponse {});
    }
    let project = rule::project(tracker, &caller, organization, &request.project, scopes).await?;
    if request.rule_id != 0 {
        alert_rules::find(&tracker.db, project.id, request.rule_id).await?.ok_or_else(not_found)?;
    }
    Ok(wire::MayWriteRulesResponse {})
}
