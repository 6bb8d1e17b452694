use patchbay_domain::{Caller, Result};
use patchbay_proto::tracker as wire;

use super::rule;
use crate::domain::access;
use crate::store::alert_rules;
use crate::tracker::Tracker;

#[tracing::instrument(name = "tracker.list_rules", skip_all)]
pub(super) async fn list_rules(
    tracker: &Tracker,
    caller: Caller,
    request: wire::ListRulesRequest,
) -> Result<wire::ListRulesResponse> {
    let (organization, scopes) = (&request.organization, access::READ_ALERTS);
    let project = rule::project(tracker, &caller, organization, &request.project, scopes).await?;
    let found = alert_rules::of_project(&tracker.db, project.id).await?;
    Ok(wire::ListRulesResponse { rules: found.iter().map(|found| rule::to_wire(found, &project)).collect() })
}
