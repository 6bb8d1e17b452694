use patchbay_domain::{Caller, Result};
use patchbay_proto::tracker as wire;

use super::get_metric_rule::to_wire;
use super::rule;
use crate::context::Context;
use crate::domain::access;
use crate::domain::alert::metric_rule::{MetricRule, Numbers};
use crate::domain::alert::rule::{MAX_RULES, too_many};
use crate::domain::project;
use crate::store::{alert_rules, metric_rules};

pub(super) async fn create_metric_rule(
    context: &Context,
    caller: &Caller,
    request: wire::CreateMetricRuleRequest,
) -> Result<wire::MetricRule> {
    let (named, scopes) = (&request.organization, access::WRITE_ALERTS);
    let project = rule::project(context, caller, named, &request.project, scopes).await?;
    let organization = rule::organization(context, caller, named, scopes).await?;
    let triggers = request
        .triggers
        .into_iter()
        .map(|trigger| (trigger.label, trigger.alert_threshold, rule::app_actions(trigger.actions)))
        .collect();
    let (threshold, query) = (request.resolve_threshold, request.query.as_deref());
    let (name, numbers) = Numbers::read(&request.name, request.time_window, triggers, threshold, query)?;
    let made = MetricRule {
        id: context.db.allocate_ids("metric_rule", 1).await?,
        organization_id: organization.id,
        organization_slug: organization.slug,
        project_id: project.id,
        project_slug: project.slug,
        name,
        numbers,
        created_at: context.clock.now(),
        incident: None,
    };
    let mut tx = context.db.begin().await?;
    if !alert_rules::touch(&mut tx, project.id).await? {
        return Err(project::not_found());
    }
    if metric_rules::count(&mut tx, project.id).await? >= MAX_RULES {
        return Err(too_many());
    }
    metric_rules::insert(&mut tx, &made, caller.user().map(|user| user.user_id)).await?;
    tx.commit().await?;
    Ok(to_wire(&made))
}
