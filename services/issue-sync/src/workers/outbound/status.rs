use patchbay_domain::Error;

use super::{Sent, ours, reorder};
use crate::context::Context;
use crate::domain::integration::OrganizationIntegration;
use crate::domain::outbound::{Task, Waiting};
use crate::installations::Acting;
use crate::store::{external_issues, status_mappings};
use patchbay_provider::{Failure, Kind, Ticket};

/// Gives a ticket the status that is mapped to that of its issue. Projects without a mapping, and ignored issues, leave it as it is.
pub(super) async fn send(
    context: &Context,
    task: &Waiting,
    of: &OrganizationIntegration,
    acting: &Acting,
    external_issue_id: i64,
) -> Result<Sent, Failure> {
    let found = external_issues::find(&context.db, external_issue_id).await.map_err(ours)?;
    let Some(found) = found.filter(|ticket| ticket.status.ours.is_some()) else { return Ok(Sent::Nothing) };
    let Some(is_resolved) = current(context, task).await.map_err(ours)? else { return Ok(Sent::Nothing) };
    let (provider, installation) = (&acting.provider, &acting.installation);
    let ticket = provider.get_issue(installation, &found.ticket.key).await?;
    let mapping = mapping(context, of, &ticket, is_resolved).await.map_err(ours)?;
    let Some(status) = mapping.filter(|status| *status != ticket.status) else {
        return Ok(again_if_changed(context, task, external_issue_id, is_resolved)
            .await?
            .unwrap_or(Sent::Nothing));
    };

    // Before it is sent: the echo can be faster than the response.
    let remembered = reorder(context, external_issue_id, |ticket| {
        ticket.status.wrote(is_resolved, ticket.status.ours.unwrap_or(task.occurred_at));
    });
    remembered.await.map_err(ours)?;
    let sent = change(acting, &ticket, &status).await;
    if let Err(failure) = sent {
        if !failure.is_retryable() {
            let refused = reorder(context, external_issue_id, |ticket| ticket.status.refused(&is_resolved));
            refused.await.map_err(ours)?;
        }
        return Err(failure);
    }
    Ok(again_if_changed(context, task, external_issue_id, is_resolved).await?.unwrap_or(Sent::Yes))
}

/// Changes the status and reads it back: some trackers accept a status that does not apply, and change nothing.
async fn change(acting: &Acting, ticket: &Ticket, status: &str) -> Result<(), Failure> {
    let (provider, installation) = (&acting.provider, &acting.installation);
    provider.sync_status_outbound(installation, ticket, status).await?;
    let after = provider.get_issue(installation, &ticket.key).await?;
    if after.status == status || after.status.is_empty() {
        return Ok(());
    }
    Err(Failure::new(
        Kind::NotApplied,
        format!("The tracker accepted the status of {} and did not change it.", ticket.key),
    ))
}

/// Whether the issue is resolved; `None` if it is ignored or was deleted.
async fn current(context: &Context, task: &Waiting) -> Result<Option<bool>, Error> {
    let state = context.tracker.issue_state(task.issue_id).await?;
    Ok(state.and_then(|state| match state.status.as_str() {
        "resolved" => Some(true),
        "unresolved" => Some(false),
        _ => None,
    }))
}

/// The status that tickets of the project get.
async fn mapping(
    context: &Context,
    of: &OrganizationIntegration,
    ticket: &Ticket,
    is_resolved: bool,
) -> Result<Option<String>, Error> {
    let mappings = status_mappings::list(&context.db, of.id).await?;
    let found = mappings.into_iter().find(|mapping| mapping.project == ticket.project);
    Ok(found.map(|mapping| if is_resolved { mapping.on_resolve } else { mapping.on_unresolve }))
}

/// If the issue changed while the tracker was called, it cannot be known which of the two was first there, so ours is sent again.
async fn again_if_changed(
    context: &Context,
    task: &Waiting,
    external_issue_id: i64,
    is_resolved: bool,
) -> Result<Option<Sent>, Failure> {
    let current = current(context, task).await.map_err(ours)?;
    if current.is_none_or(|current| current == is_resolved) {
        return Ok(None);
    }
    let now = context.now();
    let changed = reorder(context, external_issue_id, |ticket| ticket.status.changed(now));
    changed.await.map_err(ours)?;
    Ok(Some(Sent::Again(Task::Status { external_issue_id })))
}
