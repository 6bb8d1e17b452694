//! Tries synchronisations again whose cause has changed: a user is mapped now, or a status can be reached now.

use patchbay_domain::Error;

use crate::context::Context;
use crate::domain::link::Link;
use crate::domain::outbound::Task;
use crate::store::outbound::{self, New};
use crate::store::{external_issues, inbound, links};
use patchbay_provider::Problem;

/// Statuses that tickets could not get.
pub(crate) async fn statuses(
    context: &Context,
    organization_id: i64,
    integration_id: i64,
) -> Result<(), Error> {
    let problems = [Problem::NoTransition, Problem::MappingStale];
    let task = |link: &Link| Task::Status { external_issue_id: link.ticket.id };
    outbound_again(context, organization_id, integration_id, &problems, task).await
}

/// Assignees that had no user on the other side.
pub(crate) async fn assignees(
    context: &Context,
    organization_id: i64,
    integration_id: i64,
) -> Result<(), Error> {
    let task = |link: &Link| Task::Assignee { external_issue_id: link.ticket.id };
    outbound_again(context, organization_id, integration_id, &[Problem::NoUserMatch], task).await?;
    let unmatched = external_issues::unmatched(&context.db, organization_id, integration_id).await?;
    let first_id = match u32::try_from(unmatched.len()).unwrap_or(u32::MAX) {
        0 => return Ok(()),
        count => context.db.allocate_ids("inbound_change", count).await?,
    };
    let mut tx = context.db.begin().await?;
    inbound::insert(&mut tx, first_id, integration_id, &unmatched, context.now()).await?;
    tx.commit().await?;
    context.inbound.notify_one();
    Ok(())
}

async fn outbound_again(
    context: &Context,
    organization_id: i64,
    integration_id: i64,
    problems: &[Problem],
    task: impl Fn(&Link) -> Task,
) -> Result<(), Error> {
    let names: Vec<&str> = problems.iter().map(|problem| problem.name()).collect();
    let halted = links::with_outbound_problem(&context.db, organization_id, integration_id, &names).await?;
    let first_id = match u32::try_from(halted.len()).unwrap_or(u32::MAX) {
        0 => return Ok(()),
        count => context.db.allocate_ids("outbound_task", count).await?,
    };
    let now = context.now();
    let mut tx = context.db.begin().await?;
    for (id, link) in (first_id..).zip(halted) {
        let (task, issue_id) = (task(&link), link.issue_id);
        let new = New { organization_id, integration_id, issue_id, task, occurred_at: now };
        outbound::put(&mut tx, id, new, now).await?;
    }
    tx.commit().await?;
    context.outbound.notify_one();
    Ok(())
}
