use patchbay_domain::Error;

use super::{Sent, ours};
use crate::context::Context;
use crate::domain::integration::OrganizationIntegration;
use crate::domain::link::Link;
use crate::domain::outbound::{Task, Waiting};
use crate::domain::settings::is_on;
use crate::installations::Acting;
use crate::store::{comment_copies, external_issues, links, outbound};
use patchbay_provider::Failure;

/// The author of a comment that no user wrote.
const UNKNOWN_AUTHOR: &str = "Unknown User";

/// A comment on an issue.
#[derive(Debug, Clone, Copy)]
pub(super) struct Comment<'a> {
    pub(super) id: i64,
    pub(super) is_edited: bool,
    pub(super) text: &'a str,
    pub(super) author: &'a str,
}

/// Copies a comment to a ticket, or edits the copy. An edited comment without a copy was written before the ticket was linked.
pub(super) async fn send(
    context: &Context,
    task: &Waiting,
    of: &OrganizationIntegration,
    acting: &Acting,
    link_id: i64,
    comment: Comment<'_>,
) -> Result<Sent, Failure> {
    let Some(link) = links::get(&context.db, link_id).await.map_err(ours)? else { return Ok(Sent::Nothing) };
    let copy = comment_copies::get(&context.db, link_id, comment.id).await.map_err(ours)?;
    let author = if comment.author.is_empty() { UNKNOWN_AUTHOR } else { comment.author };
    let (provider, installation, key) = (&acting.provider, &acting.installation, &link.ticket.key);
    let text = provider.quote_comment(author, comment.text);
    match copy {
        Some(copy) => provider.update_comment(installation, key, &copy, &text).await?,
        None if comment.is_edited => return Ok(Sent::Nothing),
        None => {
            let before = status_to_keep(context, task, of, acting, key).await?;
            let copy = provider.create_comment(installation, key, &text).await?;
            store(context, link_id, comment.id, &copy).await.map_err(ours)?;
            if let Some(before) = before {
                keep_status(context, task, acting, &link, &before).await?;
            }
        }
    }
    Ok(Sent::Yes)
}

async fn store(context: &Context, link_id: i64, comment_id: i64, copy: &str) -> Result<(), Error> {
    let mut tx = context.db.begin().await?;
    comment_copies::put(&mut tx, link_id, comment_id, copy).await?;
    Ok(tx.commit().await?)
}

/// The status of the ticket of a resolved issue. Some trackers open a ticket again when it gets a comment.
async fn status_to_keep(
    context: &Context,
    task: &Waiting,
    of: &OrganizationIntegration,
    acting: &Acting,
    key: &str,
) -> Result<Option<String>, Failure> {
    let follows = ["sync_status_forward", "sync_status_reverse"].iter().any(|name| is_on(&of.config, name));
    if !follows {
        return Ok(None);
    }
    let state = context.tracker.issue_state(task.issue_id).await.map_err(ours)?;
    if state.is_none_or(|state| state.status != "resolved") {
        return Ok(None);
    }
    Ok(Some(acting.provider.get_issue(&acting.installation, key).await?.status))
}

/// If our comment changed the status, no person wanted that: its webhook is an echo, and the status is set again.
async fn keep_status(
    context: &Context,
    task: &Waiting,
    acting: &Acting,
    link: &Link,
    before: &str,
) -> Result<(), Failure> {
    let after = acting.provider.get_issue(&acting.installation, &link.ticket.key).await?.status;
    if after == before {
        return Ok(());
    }
    restore(context, task, link).await.map_err(ours)
}

async fn restore(context: &Context, task: &Waiting, link: &Link) -> Result<(), Error> {
    let task_id = context.db.allocate_ids("outbound_task", 1).await?;
    let now = context.now();
    let mut tx = context.db.begin().await?;
    if let Some(mut ticket) = external_issues::lock(&mut tx, link.ticket.id).await? {
        ticket.status.wrote(false, task.occurred_at);
        ticket.status.changed(now);
        external_issues::set_status(&mut tx, link.ticket.id, &ticket.status).await?;
        let new = outbound::New {
            organization_id: task.organization_id,
            integration_id: task.integration_id,
            issue_id: task.issue_id,
            task: Task::Status { external_issue_id: link.ticket.id },
            occurred_at: now,
        };
        outbound::put(&mut tx, task_id, new, now).await?;
    }
    Ok(tx.commit().await?)
}
