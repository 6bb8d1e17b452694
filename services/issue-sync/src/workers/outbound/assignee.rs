use patchbay_domain::Error;

use super::{Sent, ours, reorder};
use crate::context::Context;
use crate::domain::outbound::{Task, Waiting};
use crate::installations::Acting;
use crate::peers::{IssueAssignee, IssueState};
use crate::store::{external_actors, external_issues};
use patchbay_provider::{Assignee, Failure};

/// Gives a ticket the assignee of its issue. An issue of a team leaves the ticket as it is.
pub(super) async fn send(
    context: &Context,
    task: &Waiting,
    acting: &Acting,
    external_issue_id: i64,
) -> Result<Sent, Failure> {
    let Some((key, user)) = to_write(context, task, external_issue_id).await.map_err(ours)? else {
        return Ok(Sent::Nothing);
    };
    let assignee = match user {
        Some(user) => Some(assignee(context, task, user).await.map_err(ours)?),
        None => None,
    };
    // Before it is sent: the echo can be faster than the response.
    let remembered = reorder(context, external_issue_id, |ticket| {
        ticket.assignee.wrote(user, ticket.assignee.ours.unwrap_or(task.occurred_at));
    });
    remembered.await.map_err(ours)?;
    let sent = acting.provider.sync_assignee_outbound(&acting.installation, &key, assignee.as_ref()).await;
    if let Err(failure) = sent {
        if !failure.is_retryable() {
            let refused = reorder(context, external_issue_id, |ticket| ticket.assignee.refused(&user));
            refused.await.map_err(ours)?;
        }
        return Err(failure);
    }
    let current = current(context, task).await.map_err(ours)?;
    match current {
        Some(current) if current != user => {
            // It cannot be known which of the two was first there, so ours is sent again.
            let now = context.now();
            let changed = reorder(context, external_issue_id, |ticket| ticket.assignee.changed(now));
            changed.await.map_err(ours)?;
            Ok(Sent::Again(Task::Assignee { external_issue_id }))
        }
        _ => Ok(Sent::Yes),
    }
}

/// The key of the ticket, and the user whom it gets. `None` if the tracker's own change was later, or there is nothing to send.
async fn to_write(
    context: &Context,
    task: &Waiting,
    external_issue_id: i64,
) -> Result<Option<(String, Option<i64>)>, Error> {
    let Some(ticket) = external_issues::find(&context.db, external_issue_id).await? else { return Ok(None) };
    if ticket.assignee.ours.is_none() {
        return Ok(None);
    }
    Ok(current(context, task).await?.map(|user| (ticket.ticket.key, user)))
}

/// The user of the issue: `Some(None)` without an assignee, `None` for a team, and if the issue was deleted.
async fn current(context: &Context, task: &Waiting) -> Result<Option<Option<i64>>, Error> {
    let Some(IssueState { assignee, .. }) = context.tracker.issue_state(task.issue_id).await? else {
        return Ok(None);
    };
    Ok(match assignee {
        IssueAssignee::User(id) => Some(Some(id)),
        IssueAssignee::Unassigned => Some(None),
        IssueAssignee::Team => None,
    })
}

/// Names of the user at the tracker, and the address.
async fn assignee(context: &Context, task: &Waiting, user: i64) -> Result<Assignee, Error> {
    let (organization, integration) = (task.organization_id, task.integration_id);
    let names = external_actors::names_of_user(&context.db, organization, integration, user).await?;
    let email = context.tracker.member(organization, user).await?;
    Ok(Assignee { names, emails: email.into_iter().collect() })
}
