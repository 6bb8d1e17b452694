use patchbay_domain::Error;
use serde_json::Value;

use super::{Sent, ours};
use crate::context::Context;
use crate::domain::integration::OrganizationIntegration;
use crate::domain::outbound::{Waiting, ticket_fields};
use crate::installations::Acting;
use crate::linking::create_ticket::{ToCreate, link_created};
use crate::linking::issue_info::issue_info;
use crate::store::links;
use patchbay_provider::{Failure, Field, Object};

/// Creates a ticket for an issue whose alert rule was triggered, unless one of the integration is linked to it. The fields that the rule
/// does not give are those that the form proposes.
pub(super) async fn send(
    context: &Context,
    task: &Waiting,
    of: &OrganizationIntegration,
    acting: &Acting,
    fields: &Object,
    rule: &str,
) -> Result<Sent, Failure> {
    if has_ticket(context, task).await.map_err(ours)? {
        return Ok(Sent::Nothing);
    }
    let Some(issue) = context.tracker.whole_issue(task.issue_id).await.map_err(ours)? else {
        return Ok(Sent::Nothing);
    };
    let info = issue_info(context, &issue, of.integration.id, 0).await.map_err(ours)?;
    let form = acting.provider.create_form(&acting.installation, Some(&info), fields).await?;
    let fields = ticket_fields(fields, form.into_iter().filter_map(proposal));
    let ticket = acting.provider.create_issue(&acting.installation, &fields).await?;
    tracing::info!(issue_id = issue.id, rule, key = ticket.key, "an alert rule created a ticket");
    let to_create = ToCreate { of, acting, issue: &issue, user_id: 0 };
    link_created(context, to_create, &ticket, &fields, None).await.map_err(ours)?;
    Ok(Sent::Yes)
}

async fn has_ticket(context: &Context, task: &Waiting) -> Result<bool, Error> {
    let linked = links::of_issue(&context.db, task.issue_id).await?;
    Ok(linked.iter().any(|link| link.integration_id == task.integration_id))
}

fn proposal(field: Field) -> Option<(String, Value)> {
    field.default.map(|value| (field.name, value))
}
