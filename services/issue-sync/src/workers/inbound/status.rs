use patchbay_domain::{Error, ErrorKind};
use patchbay_proto::tracker::IntegrationSource;
use serde_json::Value;

use super::{Applied, ours, source};
use crate::context::Context;
use crate::domain::inbound::{new_status, status_is_old};
use crate::domain::integration::OrganizationIntegration;
use crate::domain::settings::is_on;
use crate::installations::acting;
use crate::peers::IssueUpdate;
use crate::store::external_issues::{self, TrackedTicket};
use crate::store::{links, organization_integrations};
use patchbay_provider::{Action, Failure, Timed};

/// Resolves or unresolves the issues that are linked to a ticket, in each organization that wants it.
pub(super) async fn apply(
    context: &Context,
    integration_id: i64,
    key: &str,
    data: &Value,
    at: Timed,
) -> Result<Applied, Failure> {
    let uses = organization_integrations::active_of_integration(&context.db, integration_id);
    let uses = uses.await.map_err(ours)?;
    let wanting: Vec<&OrganizationIntegration> =
        uses.iter().filter(|of| is_on(&of.config, "sync_status_reverse")).collect();
    let tickets = external_issues::with_key(&context.db, integration_id, key).await.map_err(ours)?;
    let use_of = |ticket: &TrackedTicket| {
        wanting.iter().find(|of| of.organization_id == ticket.organization_id).copied()
    };
    let Some(first) = tickets.iter().find_map(use_of) else { return Ok(Applied::Done) };
    let Some(acting) = acting(context, first).map_err(ours)? else { return Ok(Applied::Done) };
    let action = acting.provider.resolve_action(&acting.installation, data).await?;
    let Some(action) = action else { return Ok(Applied::Done) };

    for ticket in &tickets {
        let Some(of) = use_of(ticket) else { continue };
        if status_is_old(at.at, ticket.status_updated_at) {
            continue;
        }
        let organization = context.tracker.organization(&ticket.organization_id.to_string()).await;
        if !organization.map_err(ours)?.is_some_and(|organization| organization.may_sync()) {
            continue;
        }
        let strategy = of.config.get("resolution_strategy").and_then(Value::as_str).unwrap_or_default();
        let source = source(context, &of.integration);
        for link in links::of_ticket(&context.db, ticket.ticket.id).await.map_err(ours)? {
            change(context, link.issue_id, action, strategy, &source).await.map_err(ours)?;
        }
        if let Some(at) = at.at {
            external_issues::advance_status(&context.db, ticket.ticket.id, at).await.map_err(ours)?;
        }
    }
    Ok(Applied::Done)
}

async fn change(
    context: &Context,
    issue_id: i64,
    action: Action,
    strategy: &str,
    source: &IntegrationSource,
) -> Result<(), Error> {
    let Some(current) = context.tracker.issue_status(issue_id).await? else { return Ok(()) };
    let Some(status) = new_status(action, &current) else { return Ok(()) };
    let in_release = match (action, strategy) {
        (Action::Resolve, "resolve_next_release") => {
            Some(IssueUpdate::Status { status: "resolvedInNextRelease", details: "" })
        }
        (Action::Resolve, "resolve_current_release") => {
            Some(IssueUpdate::Status { status, details: r#"{"inRelease":"latest"}"# })
        }
        _ => None,
    };
    if let Some(update) = in_release {
        match context.tracker.update_issue(issue_id, update, source).await {
            // The project has no release: the issue is resolved without one.
            Err(error) if error.kind == ErrorKind::Invalid => {}
            other => return existing(other),
        }
    }
    let update = IssueUpdate::Status { status, details: "" };
    existing(context.tracker.update_issue(issue_id, update, source).await)
}

/// An issue that was deleted meanwhile needs nothing.
fn existing(result: Result<(), Error>) -> Result<(), Error> {
    match result {
        Err(error) if error.kind == ErrorKind::NotFound => Ok(()),
        other => other,
    }
}
