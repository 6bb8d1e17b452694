use chrono::{DateTime, Utc};
use patchbay_domain::{Error, ErrorKind};
use patchbay_proto::tracker::IntegrationSource;
use serde_json::Value;

use super::finish::{Effect, Field};
use super::lookup::Lookup;
use super::{Applied, ours, source};
use crate::context::Context;
use crate::domain::inbound::new_status;
use crate::domain::integration::OrganizationIntegration;
use crate::domain::order::{Tie, Verdict};
use crate::installations::acting;
use crate::peers::{IssueUpdate, existing};
use crate::store::external_issues::{self, TrackedTicket};
use crate::store::links;
use patchbay_provider::Action;

/// Resolves or unresolves the issues that are linked to a ticket, in each organization that wants it.
pub(super) async fn apply(
    lookup: &Lookup<'_>,
    integration_id: i64,
    key: &str,
    data: &Value,
    at: Option<DateTime<Utc>>,
) -> Applied {
    let context = lookup.context;
    let mut wanting = Vec::new();
    for ticket in external_issues::with_key(&context.db, integration_id, key).await.map_err(ours)? {
        let of = lookup.wanting(ticket.organization_id, integration_id, "sync_status_reverse").await;
        wanting.extend(of.map_err(ours)?.map(|of| (ticket, of)));
    }
    let Some((_, first)) = wanting.first() else { return Ok((Vec::new(), None)) };
    let Some(acting) = acting(context, first).map_err(ours)? else { return Ok((Vec::new(), None)) };
    let action = acting.provider.resolve_action(&acting.installation, data).await?;
    let Some(action) = action else { return Ok((Vec::new(), None)) };
    let mut effects = Vec::with_capacity(wanting.len());
    for (ticket, of) in &wanting {
        effects.push(in_organization(context, ticket, of, action, at).await.map_err(ours)?);
    }
    Ok((effects, None))
}

async fn in_organization(
    context: &Context,
    ticket: &TrackedTicket,
    of: &OrganizationIntegration,
    action: Action,
    at: Option<DateTime<Utc>>,
) -> Result<Effect, Error> {
    let is_resolved = action == Action::Resolve;
    let verdict = ticket.status.judge(at, Tie::Ours, |written| *written == is_resolved);
    if verdict == Verdict::Apply {
        let strategy = of.config.get("resolution_strategy").and_then(Value::as_str).unwrap_or_default();
        let source = source(context, &of.integration);
        for link in links::of_ticket(&context.db, ticket.ticket.id).await? {
            change(context, link.issue_id, action, strategy, &source).await?;
        }
    }
    Ok(Effect {
        organization_id: ticket.organization_id,
        external_issue_id: ticket.ticket.id,
        verdict,
        at,
        field: Field::Status { is_resolved },
    })
}

async fn change(
    context: &Context,
    issue_id: i64,
    action: Action,
    strategy: &str,
    source: &IntegrationSource,
) -> Result<(), Error> {
    let Some(current) = context.tracker.issue_state(issue_id).await? else { return Ok(()) };
    let Some(status) = new_status(action, &current.status) else { return Ok(()) };
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
