//! Records the effect of a change of a tracker, and deletes it, in one transaction.

use chrono::{DateTime, Utc};
use patchbay_db::Tx;
use patchbay_domain::Error;

use crate::context::Context;
use crate::domain::health::Outcome;
use crate::domain::order::Verdict;
use crate::domain::outbound::{LinkOutcome, Task};
use crate::store::external_issues::{self, TrackedTicket};
use crate::store::inbound::{self, Waiting};
use crate::store::links;
use crate::store::outbound::{self, New};
use patchbay_provider::Change;

/// The effect on the ticket of one organization.
#[derive(Debug)]
pub(super) struct Effect {
    pub(super) organization_id: i64,
    pub(super) external_issue_id: i64,
    pub(super) verdict: Verdict,
    pub(super) at: Option<DateTime<Utc>>,
    pub(super) field: Field,
}

/// The field of the ticket.
#[derive(Debug)]
pub(super) enum Field {
    Assignee {
        /// Users that the assignee can be; empty without an assignee.
        candidates: Vec<i64>,
        is_unassigned: bool,
        /// No user is a member of the project of some issue.
        is_unmatched: bool,
    },
    Status {
        is_resolved: bool,
    },
}

impl Field {
    pub(super) fn is_assignee(&self, user: Option<i64>) -> bool {
        match self {
            Self::Assignee { candidates, is_unassigned, .. } => {
                user.map_or(*is_unassigned, |user| candidates.contains(&user))
            }
            Self::Status { .. } => false,
        }
    }

    fn task(&self, external_issue_id: i64) -> Task {
        match self {
            Self::Assignee { .. } => Task::Assignee { external_issue_id },
            Self::Status { .. } => Task::Status { external_issue_id },
        }
    }
}

pub(super) async fn finish(
    context: &Context,
    waiting: &Waiting,
    effects: Vec<Effect>,
    outcome: &Outcome,
) -> Result<(), Error> {
    let asserted = effects.iter().filter(|effect| effect.verdict == Verdict::OursIsLater).count();
    let mut task_ids = match u32::try_from(asserted).unwrap_or(u32::MAX) {
        0 => 0..,
        count => context.db.allocate_ids("outbound_task", count).await?..,
    };
    let now = context.now();
    let mut tx = context.db.begin().await?;
    for effect in &effects {
        let Some(ticket) = external_issues::lock(&mut tx, effect.external_issue_id).await? else { continue };
        note(&mut tx, &waiting.change, effect, ticket).await?;
        let task = effect.field.task(effect.external_issue_id);
        match effect.verdict {
            Verdict::Apply => {
                let place = task.place(0, waiting.integration_id);
                outbound::delete_until(&mut tx, &place, effect.at).await?;
            }
            Verdict::OursIsLater => {
                assert(&mut tx, task_ids.next().unwrap_or_default(), waiting, effect, task, now).await?;
            }
            Verdict::Echo | Verdict::Old => continue,
        }
        links::set_inbound(&mut tx, effect.external_issue_id, &link_outcome(effect, outcome, now)).await?;
    }
    inbound::delete(&mut tx, waiting.id).await?;
    tx.commit().await?;
    if asserted > 0 {
        context.outbound.notify_one();
    }
    Ok(())
}

/// Notes the change in the order of changes of its field.
async fn note(tx: &mut Tx, change: &Change, effect: &Effect, mut ticket: TrackedTicket) -> Result<(), Error> {
    let id = effect.external_issue_id;
    match &effect.field {
        Field::Assignee { is_unmatched, .. } => {
            match effect.verdict {
                Verdict::Apply => ticket.assignee.applied(effect.at),
                Verdict::Echo => {
                    ticket.assignee.echoed(effect.at, |user| effect.field.is_assignee(*user));
                }
                Verdict::Old | Verdict::OursIsLater => return Ok(()),
            }
            external_issues::set_assignee(tx, id, &ticket.assignee).await?;
            external_issues::set_unmatched(tx, id, is_unmatched.then_some(change)).await
        }
        Field::Status { is_resolved } => {
            match effect.verdict {
                Verdict::Apply => ticket.status.applied(effect.at),
                Verdict::Echo => ticket.status.echoed(effect.at, |resolved| resolved == is_resolved),
                Verdict::Old | Verdict::OursIsLater => return Ok(()),
            }
            external_issues::set_status(tx, id, &ticket.status).await
        }
    }
}

/// Sends our later value to the tracker again.
async fn assert(
    tx: &mut Tx,
    id: i64,
    waiting: &Waiting,
    effect: &Effect,
    task: Task,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    let Some(link) = links::first_of_ticket(tx, effect.external_issue_id).await? else { return Ok(()) };
    let new = New {
        organization_id: effect.organization_id,
        integration_id: waiting.integration_id,
        issue_id: link.issue_id,
        task,
        occurred_at: now,
    };
    outbound::put(tx, id, new, now).await
}

fn link_outcome(effect: &Effect, outcome: &Outcome, at: DateTime<Utc>) -> LinkOutcome {
    let operation = match effect.field {
        Field::Assignee { .. } => "assignee",
        Field::Status { .. } => "status",
    };
    let ours_is_later = effect.verdict == Verdict::OursIsLater;
    let failure = outcome.failure().filter(|_| !ours_is_later);
    LinkOutcome {
        at,
        operation: operation.to_owned(),
        outcome: if ours_is_later { "halted" } else { outcome.name() }.to_owned(),
        problem: failure.and_then(|failure| failure.problem()).map(|problem| problem.name().to_owned()),
        message: match failure {
            Some(failure) => failure.message.clone(),
            None if ours_is_later => "A later change of ours was sent to the tracker instead.".to_owned(),
            None => String::new(),
        },
        next_attempt: None,
    }
}
