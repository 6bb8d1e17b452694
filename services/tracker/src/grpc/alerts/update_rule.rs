use patchbay_domain::{Caller, Result};
use patchbay_proto::tracker as wire;

use super::rule;
use crate::context::Context;
use crate::domain::access;
use crate::domain::alert::rule::{AlertRule, not_found};
use crate::domain::project;
use crate::store::alert_rules;

pub(super) async fn update_rule(
    context: &Context,
    caller: &Caller,
    request: wire::UpdateRuleRequest,
) -> Result<wire::Rule> {
    let (organization, scopes) = (&request.organization, access::WRITE_ALERTS);
    let project = rule::project(context, caller, organization, &request.project, scopes).await?;
    let found = alert_rules::find(&context.db, project.id, request.id).await?.ok_or_else(not_found)?;
    let (name, definition) = rule::read(request.rule.unwrap_or_default())?;
    let changed = AlertRule { name, definition, ..found };
    let mut tx = context.db.begin().await?;
    if !alert_rules::touch(&mut tx, project.id).await? {
        return Err(project::not_found());
    }
    alert_rules::update(&mut tx, &changed).await?;
    tx.commit().await?;
    Ok(rule::to_wire(&changed, &project))
}
