use patchbay_domain::{Caller, Result};
use patchbay_proto::tracker as wire;

use super::rule;
use crate::context::Context;
use crate::domain::access;
use crate::domain::alert::rule::{AlertRule, MAX_RULES, too_many};
use crate::domain::project;
use crate::store::alert_rules;

pub(super) async fn create_rule(
    context: &Context,
    caller: &Caller,
    request: wire::CreateRuleRequest,
) -> Result<wire::Rule> {
    let (organization, scopes) = (&request.organization, access::WRITE_ALERTS);
    let project = rule::project(context, caller, organization, &request.project, scopes).await?;
    let (name, definition) = rule::read(request.rule.unwrap_or_default())?;
    let made = AlertRule {
        id: context.db.allocate_ids("rule", 1).await?,
        organization_id: project.organization_id,
        project_id: project.id,
        name,
        definition,
        created_by: rule::person(caller),
        created_at: context.clock.now(),
    };
    let mut tx = context.db.begin().await?;
    if !alert_rules::touch(&mut tx, project.id).await? {
        return Err(project::not_found());
    }
    if alert_rules::count(&mut tx, project.id).await? >= MAX_RULES {
        return Err(too_many());
    }
    alert_rules::insert(&mut tx, &made).await?;
    tx.commit().await?;
    Ok(rule::to_wire(&made, &project))
}
