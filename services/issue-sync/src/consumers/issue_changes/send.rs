use chrono::{DateTime, Utc};
use patchbay_db::Tx;
use patchbay_domain::Error;
use patchbay_proto::tracker::issue_change::Change;
use patchbay_proto::tracker::{IssueChange, TicketRequested};
use patchbay_rpc::timestamp;

use crate::context::Context;
use crate::domain::link::Link;
use crate::domain::outbound::Task;
use crate::domain::settings::is_on;
use crate::store::outbound::{self, New};
use crate::store::{external_issues, links, organization_integrations};

/// Sends a change of an issue to the tickets that are linked to it, except to the integration that caused it.
pub(super) async fn to_linked(context: &Context, change: &IssueChange, what: &Change) -> Result<(), Error> {
    let source = change.source.as_ref().map(|source| source.integration_id);
    let mut tasks = Vec::new();
    for link in links::of_issue(&context.db, change.issue_id).await? {
        let Some(task) = task(what, &link) else { continue };
        if Some(link.integration_id) == source || !is_wanted(context, &link, &task).await? {
            continue;
        }
        tasks.push((link, task));
    }
    let first_id = match u32::try_from(tasks.len()).unwrap_or(u32::MAX) {
        0 => return Ok(()),
        count => context.db.allocate_ids("outbound_task", count).await?,
    };
    let occurred_at = occurred_at(context, change);
    // In the order of ids, so that transactions do not deadlock.
    tasks.sort_by_key(|(link, _)| link.ticket.id);
    let mut tx = context.db.begin().await?;
    for (id, (link, task)) in (first_id..).zip(tasks) {
        note(&mut tx, link.ticket.id, &task, occurred_at).await?;
        let new = New {
            organization_id: link.organization_id,
            integration_id: link.integration_id,
            issue_id: link.issue_id,
            task,
            occurred_at,
        };
        outbound::put(&mut tx, id, new, context.now()).await?;
    }
    tx.commit().await?;
    context.outbound.notify_one();
    Ok(())
}

fn occurred_at(context: &Context, change: &IssueChange) -> DateTime<Utc> {
    change.occurred_at.as_ref().and_then(timestamp::from_wire).unwrap_or_else(|| context.now())
}

/// `None` for a change that no tracker follows: an issue of a team.
fn task(what: &Change, link: &Link) -> Option<Task> {
    let external_issue_id = link.ticket.id;
    match what {
        Change::Assignee(assignee) => (assignee.team_id == 0).then_some(Task::Assignee { external_issue_id }),
        Change::Status(_) => Some(Task::Status { external_issue_id }),
        Change::Comment(comment) => Some(Task::Comment {
            link_id: link.id,
            comment_id: comment.comment_id,
            is_edited: comment.is_edited,
            text: comment.text.clone(),
            author: comment.author_name.clone(),
        }),
        Change::Deleted(_)
        | Change::TicketRequested(_)
        | Change::ProjectDeleted(_)
        | Change::MemberRemoved(_) => None,
    }
}

async fn is_wanted(context: &Context, link: &Link, task: &Task) -> Result<bool, Error> {
    let of = organization_integrations::find(&context.db, link.organization_id, link.integration_id).await?;
    Ok(of.is_some_and(|of| of.is_active() && task.switch().is_none_or(|switch| is_on(&of.config, switch))))
}

/// Notes our change in the order of changes of its field.
async fn note(tx: &mut Tx, external_issue_id: i64, task: &Task, at: DateTime<Utc>) -> Result<(), Error> {
    let Some(mut ticket) = external_issues::lock(tx, external_issue_id).await? else { return Ok(()) };
    match task {
        Task::Assignee { .. } => {
            ticket.assignee.changed(at);
            external_issues::set_assignee(tx, external_issue_id, &ticket.assignee).await
        }
        Task::Status { .. } => {
            ticket.status.changed(at);
            external_issues::set_status(tx, external_issue_id, &ticket.status).await
        }
        Task::Comment { .. } | Task::Ticket { .. } => Ok(()),
    }
}

/// Creates the ticket that an alert rule requests. An integration of another organization is none.
pub(super) async fn ticket(
    context: &Context,
    change: &IssueChange,
    requested: &TicketRequested,
) -> Result<(), Error> {
    let (organization_id, integration_id) = (change.organization_id, requested.integration_id);
    if organization_integrations::find(&context.db, organization_id, integration_id).await?.is_none() {
        tracing::debug!(
            organization_id,
            integration_id,
            "an alert rule names an integration that does not exist"
        );
        return Ok(());
    }
    let fields = serde_json::from_slice(&requested.fields_json).unwrap_or_default();
    let new = New {
        organization_id,
        integration_id,
        issue_id: change.issue_id,
        task: Task::Ticket { fields, rule: requested.rule_name.clone() },
        occurred_at: occurred_at(context, change),
    };
    let id = context.db.allocate_ids("outbound_task", 1).await?;
    let mut tx = context.db.begin().await?;
    outbound::put(&mut tx, id, new, context.now()).await?;
    tx.commit().await?;
    context.outbound.notify_one();
    Ok(())
}
