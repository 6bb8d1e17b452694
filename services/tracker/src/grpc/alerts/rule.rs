use patchbay_domain::{Caller, Error, Result, Scope};
use patchbay_proto::tracker as wire;

use crate::context::Context;
use crate::domain::access;
use crate::domain::alert::action::Action;
use crate::domain::alert::metric_rule::MetricRule;
use crate::domain::alert::rule::{AlertRule, Definition, Description, not_found};
use crate::domain::alert::rule_action::RuleAction;
use crate::domain::alert::ticket_action::TicketAction;
use crate::domain::issue::activity::Person;
use crate::domain::organization::{self, Organization};
use crate::domain::project::Project;
use crate::grpc::named;
use crate::grpc::projects::project;
use crate::grpc::visible_projects::VisibleProjects;
use crate::store::metric_rules;

/// The project of a request, for a caller with one of `scopes`.
pub(super) async fn project(
    context: &Context,
    caller: &Caller,
    organization: &str,
    project: &str,
    scopes: &[Scope],
) -> Result<Project> {
    project::for_caller(&context.db, caller, (organization, project), scopes).await
}

/// The organization of a request, for a caller with one of `scopes`.
pub(super) async fn organization(
    context: &Context,
    caller: &Caller,
    named: &str,
    scopes: &[Scope],
) -> Result<Organization> {
    let found = named::organization(&context.db, caller, named, organization::not_found).await?;
    access::one_of(caller, found.id, scopes, Error::permission_denied())?;
    Ok(found)
}

/// The metric rule with this id, for a caller with one of `scopes` who may access its project.
pub(super) async fn metric_rule(
    context: &Context,
    caller: &Caller,
    named: &str,
    id: i64,
    scopes: &[Scope],
) -> Result<MetricRule> {
    let organization = organization(context, caller, named, scopes).await?;
    let found = metric_rules::find(&context.db, organization.id, id).await?.ok_or_else(not_found)?;
    let visible = visible_projects(context, caller, &organization).await?;
    if visible.contains(found.project_id) { Ok(found) } else { Err(not_found()) }
}

/// The projects whose rules a caller may access.
pub(super) async fn visible_projects(
    context: &Context,
    caller: &Caller,
    organization: &Organization,
) -> Result<VisibleProjects> {
    VisibleProjects::of(&context.db, caller, (organization.id, organization.open_membership)).await
}

/// Name and definition of the rule in a request.
pub(super) fn read(new: wire::NewRule) -> Result<(String, Definition)> {
    let actions = new.actions.into_iter().map(rule_action).collect();
    let description = Description {
        name: &new.name,
        action_match: &new.action_match,
        filter_match: &new.filter_match,
        frequency: new.frequency,
        conditions_json: &new.conditions_json,
        filters_json: &new.filters_json,
    };
    Definition::read(description, actions)
}

fn rule_action(action: wire::AlertAction) -> Result<RuleAction, String> {
    let Some(ticket) = action.ticket else { return app_action(action).map(RuleAction::App) };
    TicketAction::read(ticket.integration_id, ticket.provider_key, &ticket.fields_json, &ticket.form_json)
        .map(RuleAction::Ticket)
}

/// The actions of a metric rule, which notify apps only.
///
/// # Errors
/// The problem of the first invalid action.
pub(super) fn app_actions(actions: Vec<wire::AlertAction>) -> Result<Vec<Action>, String> {
    actions.into_iter().map(app_action).collect()
}

fn app_action(action: wire::AlertAction) -> Result<Action, String> {
    Action::read(action.app_slug, action.app_id, action.installation_uuid, &action.settings_json)
}

/// The author of a rule; `None` if it is not a user.
pub(super) fn person(caller: &Caller) -> Option<Person> {
    let user = caller.user()?;
    Some(Person { id: user.user_id, name: user.name.clone(), email: user.email.clone() })
}

pub(super) fn to_wire(rule: &AlertRule, project: &Project) -> wire::Rule {
    wire::Rule {
        id: rule.id,
        organization_id: rule.organization_id,
        project_id: rule.project_id,
        document_json: rule.to_json(&project.slug),
    }
}
