//! Sends changes of issues to trackers: one at a time for each field of a ticket, several tickets at once.
//!
//! A task reads the state of the issue when it runs, so it is right however late it runs and however often: a process that is killed
//! repeats it. Only a comment can be written twice, if the process is killed between the response and its record.

mod assignee;
mod comment;
mod status;
mod ticket;

use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::Relaxed;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use futures::StreamExt;
use patchbay_db::Tx;
use patchbay_domain::Error;
use tokio::sync::Notify;

use super::queues::{self, Queue};
use crate::context::Context;
use crate::domain::health::Outcome;
use crate::domain::integration::OrganizationIntegration;
use crate::domain::outbound::{LinkOutcome, Task, Waiting};
use crate::domain::retry::{next_attempt, next_call};
use crate::domain::settings::is_on;
use crate::installations::outcomes::record_all;
use crate::installations::{Acting, acting};
use crate::store::external_issues::TrackedTicket;
use crate::store::pauses::{self, Pause};
use crate::store::{external_issues, links, organization_integrations, outbound};
use patchbay_provider::{Failure, Kind};

/// Tasks that are read at once.
const BATCH: i64 = 64;
/// Tasks of an integration that run at once.
const PARALLEL: usize = 4;

/// Runs until a stop is requested.
pub(crate) async fn run(context: Context) {
    queues::run(context, Outbound).await;
}

#[derive(Debug, Clone, Copy)]
struct Outbound;

#[async_trait]
impl Queue for Outbound {
    fn name(self) -> &'static str {
        "outbound"
    }

    fn wake(self, context: &Context) -> &Notify {
        &context.outbound
    }

    async fn ready(
        self,
        context: &Context,
        now: DateTime<Utc>,
        running: &[i64],
        limit: i64,
    ) -> Result<Vec<i64>, Error> {
        outbound::ready(&context.db, now, running, limit).await
    }

    async fn work(self, context: &Context, integration_id: i64) -> Result<bool, Error> {
        let now = context.now();
        if is_paused(context, integration_id, now).await? {
            return Ok(false);
        }
        let due = outbound::due(&context.db, integration_id, now, BATCH).await?;
        let any = !due.is_empty();
        // Tasks that have begun are finished; a comment would be written twice otherwise.
        let is_over = AtomicBool::new(false);
        let is_over = &is_over;
        let mut running = futures::stream::iter(due)
            .map(|task| async move {
                match is_over.load(Relaxed) || context.stop.is_requested() {
                    true => Ok(Settled::Nothing),
                    false => settle(context, task).await,
                }
            })
            .buffer_unordered(PARALLEL);
        let mut done = Vec::new();
        let mut result = Ok(any);
        while let Some(settled) = running.next().await {
            match settled {
                Ok(Settled::Done(operation, outcome)) => done.push((operation, outcome)),
                Ok(Settled::Nothing) => {}
                Ok(Settled::Paused(operation, outcome)) => {
                    done.push((operation, outcome));
                    is_over.store(true, Relaxed);
                    result = result.map(|_| false);
                }
                Err(error) => {
                    is_over.store(true, Relaxed);
                    result = Err(error);
                }
            }
        }
        drop(running);
        record_all(context, integration_id, &done).await;
        result
    }
}

async fn is_paused(context: &Context, integration_id: i64, now: DateTime<Utc>) -> Result<bool, Error> {
    Ok(pauses::get(&context.db, integration_id).await?.is_some_and(|pause| pause.until > now))
}

/// The end of a task.
enum Settled {
    Done(&'static str, Outcome),
    /// There was nothing to send, or it stays for later.
    Nothing,
    /// The tracker is not called for a while.
    Paused(&'static str, Outcome),
}

/// The effect of a task that did not fail.
pub(super) enum Sent {
    /// The tracker has the change.
    Yes,
    /// There was nothing to send.
    Nothing,
    /// The tracker has the change, and the issue has changed since.
    Again(Task),
}

async fn settle(context: &Context, task: Waiting) -> Result<Settled, Error> {
    let operation = task.task.operation();
    let sent = match wanting(context, &task).await? {
        Some((of, acting)) => send(context, &task, &of, &acting).await,
        None => Ok(Sent::Nothing),
    };
    let now = context.now();
    match sent {
        Ok(Sent::Nothing) => {
            let mut tx = context.db.begin().await?;
            outbound::delete(&mut tx, &task).await?;
            tx.commit().await?;
            Ok(Settled::Nothing)
        }
        Ok(sent) => {
            succeed(context, &task, sent, now).await?;
            Ok(Settled::Done(operation, Outcome::Success))
        }
        Err(failure) if failure.is_retryable() => wait(context, &task, failure, now).await,
        Err(failure) => {
            let outcome = Outcome::of::<()>(&Err(failure));
            let mut tx = context.db.begin().await?;
            outbound::delete(&mut tx, &task).await?;
            note(&mut tx, &task, &outcome, None, now).await?;
            tx.commit().await?;
            Ok(Settled::Done(operation, outcome))
        }
    }
}

/// The integration of a task, if it is active and the task is still wanted.
async fn wanting(
    context: &Context,
    task: &Waiting,
) -> Result<Option<(OrganizationIntegration, Acting)>, Error> {
    let of = organization_integrations::find(&context.db, task.organization_id, task.integration_id).await?;
    let is_wanted = |of: &OrganizationIntegration| {
        of.is_active() && task.task.switch().is_none_or(|switch| is_on(&of.config, switch))
    };
    let Some(of) = of.filter(is_wanted) else { return Ok(None) };
    let organization = context.tracker.organization(&task.organization_id.to_string()).await?;
    let may = organization.is_some_and(|organization| match task.task {
        Task::Ticket { .. } => organization.may_create_by_rule(),
        _ => organization.may_sync(),
    });
    Ok(acting(context, &of)?.filter(|_| may).map(|acting| (of, acting)))
}

async fn send(
    context: &Context,
    task: &Waiting,
    of: &OrganizationIntegration,
    acting: &Acting,
) -> Result<Sent, Failure> {
    match &task.task {
        Task::Assignee { external_issue_id } => {
            assignee::send(context, task, acting, *external_issue_id).await
        }
        Task::Status { external_issue_id } => {
            status::send(context, task, of, acting, *external_issue_id).await
        }
        Task::Comment { link_id, comment_id, is_edited, text, author } => {
            let comment = comment::Comment { id: *comment_id, is_edited: *is_edited, text, author };
            comment::send(context, task, of, acting, *link_id, comment).await
        }
        Task::Ticket { fields, rule } => ticket::send(context, task, of, acting, fields, rule).await,
    }
}

async fn succeed(context: &Context, task: &Waiting, sent: Sent, now: DateTime<Utc>) -> Result<(), Error> {
    let again_id = match sent {
        Sent::Again(_) => context.db.allocate_ids("outbound_task", 1).await?,
        Sent::Yes | Sent::Nothing => 0,
    };
    let mut tx = context.db.begin().await?;
    outbound::delete(&mut tx, task).await?;
    if let Sent::Again(again) = sent {
        let new = outbound::New {
            organization_id: task.organization_id,
            integration_id: task.integration_id,
            issue_id: task.issue_id,
            task: again,
            occurred_at: now,
        };
        outbound::put(&mut tx, again_id, new, now).await?;
    }
    pauses::end(&mut tx, task.integration_id).await?;
    note(&mut tx, task, &Outcome::Success, None, now).await?;
    Ok(tx.commit().await?)
}

/// Tries a task again later, and pauses the integration if its tracker is not usable.
async fn wait(
    context: &Context,
    task: &Waiting,
    failure: Failure,
    now: DateTime<Utc>,
) -> Result<Settled, Error> {
    let jitter = context.random.fraction();
    let due = next_attempt(task.queued_at, task.attempts, failure.retry_at, jitter, now);
    let is_rate_limit = failure.kind == Kind::RateLimited;
    let pauses_all = failure.is_fatal() || is_rate_limit;
    let failures = pauses::get(&context.db, task.integration_id).await?.map_or(0, |pause| pause.failures);
    let operation = task.task.operation();
    let retry_at = failure.retry_at;
    let outcome = Outcome::Failed(failure);
    let mut tx = context.db.begin().await?;
    if pauses_all {
        let until = next_call(failures, retry_at, jitter, now);
        let pause = Pause { until, failures: failures.saturating_add(1), is_rate_limit };
        pauses::put(&mut tx, task.integration_id, &pause).await?;
    }
    match due {
        Some(due) => outbound::postpone(&mut tx, task, due).await?,
        None => outbound::delete(&mut tx, task).await?,
    }
    note(&mut tx, task, &outcome, due, now).await?;
    tx.commit().await?;
    Ok(match pauses_all {
        true => Settled::Paused(operation, outcome),
        false => Settled::Done(operation, outcome),
    })
}

/// Records the outcome for the links of the ticket.
async fn note(
    tx: &mut Tx,
    task: &Waiting,
    outcome: &Outcome,
    next_attempt: Option<DateTime<Utc>>,
    at: DateTime<Utc>,
) -> Result<(), Error> {
    let Some(operation) = task.task.of_link() else { return Ok(()) };
    let failure = outcome.failure();
    let outcome = LinkOutcome {
        at,
        operation: operation.to_owned(),
        outcome: if next_attempt.is_some() { "waiting" } else { outcome.name() }.to_owned(),
        problem: failure.and_then(|failure| failure.problem()).map(|problem| problem.name().to_owned()),
        message: failure.map(|failure| failure.message.clone()).unwrap_or_default(),
        next_attempt,
    };
    match task.task {
        Task::Assignee { external_issue_id } | Task::Status { external_issue_id } => {
            links::set_outbound(tx, external_issue_id, &outcome).await
        }
        Task::Comment { link_id, .. } => links::set_outbound_of(tx, link_id, &outcome).await,
        Task::Ticket { .. } => Ok(()),
    }
}

/// Changes what is known of the order of changes of a ticket.
async fn reorder(
    context: &Context,
    external_issue_id: i64,
    change: impl FnOnce(&mut TrackedTicket),
) -> Result<(), Error> {
    let mut tx = context.db.begin().await?;
    if let Some(mut ticket) = external_issues::lock(&mut tx, external_issue_id).await? {
        change(&mut ticket);
        external_issues::set_assignee(&mut tx, external_issue_id, &ticket.assignee).await?;
        external_issues::set_status(&mut tx, external_issue_id, &ticket.status).await?;
    }
    Ok(tx.commit().await?)
}

/// Our own database or service of issues is not available: the task is tried again.
fn ours(error: Error) -> Failure {
    if error.is_retryable() {
        Failure::new(Kind::Internal, error.to_string())
    } else {
        Failure::refused(error.to_string())
    }
}
