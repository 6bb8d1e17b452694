//! Applies the changes that trackers reported: those of one ticket one after the other, those of different tickets at once.
//!
//! A change is deleted in the transaction that records its effect on the order of changes, so a process that is killed applies it again:
//! assignees and statuses are states, and a key that was changed already is found nowhere.

mod assignee;
mod finish;
mod key;
mod lookup;
mod project;
mod status;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use futures::StreamExt;
use patchbay_domain::Error;
use patchbay_proto::tracker::IntegrationSource;
use tokio::sync::Notify;

use super::queues::{self, Queue};
use crate::context::Context;
use crate::domain::health::Outcome;
use crate::domain::integration::Integration;
use crate::domain::retry::next_attempt;
use crate::installations::outcomes::{Done, record_all};
use crate::store::inbound::{self, Waiting};
use finish::{Effect, finish};
use lookup::Lookup;
use patchbay_provider::{Change, Failure, Kind};

/// Changes that are read at once.
const BATCH: i64 = 256;
/// Tickets whose changes are applied at once.
const PARALLEL: usize = 32;

/// Runs until a stop is requested.
pub(crate) async fn run(context: Context) {
    queues::run(context, Inbound).await;
}

#[derive(Debug, Clone, Copy)]
struct Inbound;

#[async_trait]
impl Queue for Inbound {
    fn name(self) -> &'static str {
        "inbound"
    }

    fn wake(self, context: &Context) -> &Notify {
        &context.inbound
    }

    async fn ready(
        self,
        context: &Context,
        now: DateTime<Utc>,
        running: &[i64],
        limit: i64,
    ) -> Result<Vec<i64>, Error> {
        inbound::ready(&context.db, now, running, limit).await
    }

    async fn work(self, context: &Context, integration_id: i64) -> Result<bool, Error> {
        let now = context.now();
        let waiting = inbound::oldest(&context.db, integration_id, BATCH).await?;
        let chains = chains(waiting, now);
        if chains.is_empty() {
            return Ok(false);
        }
        let lookup = Lookup::new(context);
        let settled = futures::stream::iter(chains)
            .map(|chain| settle_chain(&lookup, chain))
            .buffer_unordered(PARALLEL)
            .collect::<Vec<_>>()
            .await;
        let mut done = Vec::new();
        for chain in settled {
            done.extend(chain?);
        }
        record_all(context, integration_id, &done).await;
        Ok(true)
    }
}

/// Changes that have to be applied one after the other: those of one ticket. A change of keys concerns several tickets, so it comes alone,
/// after all before it. A ticket whose first change is not due waits with all of its changes.
fn chains(waiting: Vec<Waiting>, now: DateTime<Utc>) -> Vec<Vec<Waiting>> {
    let mut chains: Vec<Vec<Waiting>> = Vec::new();
    for change in waiting {
        if change.change.is_about_keys() {
            if chains.is_empty() && change.due_at <= now {
                chains.push(vec![change]);
            }
            break;
        }
        let key = change.change.key().to_owned();
        match chains.iter_mut().find(|chain| chain[0].change.key() == key) {
            Some(chain) => chain.push(change),
            None => chains.push(vec![change]),
        }
    }
    chains.retain(|chain| chain[0].due_at <= now);
    chains
}

async fn settle_chain(lookup: &Lookup<'_>, chain: Vec<Waiting>) -> Result<Vec<Done>, Error> {
    let mut done = Vec::with_capacity(chain.len());
    for waiting in chain {
        match settle(lookup, &waiting).await? {
            Some(outcome) => done.push(outcome),
            // It is tried again, and what follows waits for it.
            None => break,
        }
    }
    Ok(done)
}

/// `None` if the change is tried again.
async fn settle(lookup: &Lookup<'_>, waiting: &Waiting) -> Result<Option<Done>, Error> {
    let context = lookup.context;
    let operation = match waiting.change {
        Change::Assignee { .. } => "assignee_inbound",
        Change::Status { .. } => "status_inbound",
        Change::Key { .. } | Change::Project { .. } => "key_inbound",
    };
    let (effects, outcome) = match apply(lookup, waiting).await {
        Ok((effects, None)) => (effects, Outcome::Success),
        Ok((effects, Some(failure))) => (effects, Outcome::Halted(failure)),
        Err(failure) if failure.is_retryable() => {
            let jitter = context.random.fraction();
            let now = context.now();
            match next_attempt(waiting.received_at, waiting.attempts, failure.retry_at, jitter, now) {
                Some(due) => {
                    inbound::postpone(&context.db, waiting.id, waiting.attempts + 1, due).await?;
                    return Ok(None);
                }
                None => (Vec::new(), Outcome::Failed(failure)),
            }
        }
        Err(failure) => (Vec::new(), Outcome::of::<()>(&Err(failure))),
    };
    finish(context, waiting, effects, &outcome).await?;
    Ok(Some((operation, outcome)))
}

/// The effects on the order of changes, and the reason if it had no effect on some issue.
type Applied = Result<(Vec<Effect>, Option<Failure>), Failure>;

async fn apply(lookup: &Lookup<'_>, waiting: &Waiting) -> Applied {
    let id = waiting.integration_id;
    match &waiting.change {
        Change::Assignee { key, assignee, at } => {
            assignee::apply(lookup, id, key, assignee.as_ref(), at.at).await
        }
        Change::Status { key, data, at } => status::apply(lookup, id, key, data, at.at).await,
        Change::Key { from, to, ticket_id } => {
            key::apply(lookup.context, id, from, to, ticket_id).await?;
            Ok((Vec::new(), None))
        }
        Change::Project { from, to, separator } => {
            project::apply(lookup.context, id, from, to, separator).await?;
            Ok((Vec::new(), None))
        }
    }
}

/// The source of the changes that an integration causes.
fn source(context: &Context, integration: &Integration) -> IntegrationSource {
    let provider = context.registry.get(&integration.provider);
    let name = provider.map(|provider| provider.descriptor().name.clone());
    IntegrationSource {
        integration_id: integration.id,
        provider_key: integration.provider.clone(),
        provider_name: name.unwrap_or_else(|| integration.provider.clone()),
    }
}

/// Our own database or service of issues is not available: the change is tried again.
fn ours(error: Error) -> Failure {
    if error.is_retryable() {
        Failure::new(Kind::Internal, error.to_string())
    } else {
        Failure::refused(error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(second, 0).unwrap()
    }

    fn waiting(id: i64, change: Change, due: i64) -> Waiting {
        let (integration_id, received_at, due_at) = (31, at(0), at(due));
        Waiting { id, integration_id, change, received_at, attempts: 0, due_at }
    }

    fn of(key: &str) -> Change {
        Change::Assignee { key: key.to_owned(), assignee: None, at: Default::default() }
    }

    fn ids(chains: &[Vec<Waiting>]) -> Vec<Vec<i64>> {
        chains.iter().map(|chain| chain.iter().map(|waiting| waiting.id).collect()).collect()
    }

    #[test]
    fn changes_of_a_ticket_stay_in_order_and_wait_for_each_other() {
        let waiting = vec![
            waiting(1, of("A"), 0),
            waiting(2, of("B"), 9),
            waiting(3, of("A"), 0),
            waiting(4, of("B"), 0),
        ];
        assert_eq!(ids(&chains(waiting, at(5))), [vec![1, 3]]);
    }

    #[test]
    fn a_change_of_a_key_comes_alone_and_in_its_place() {
        let moved = || Change::Key { from: "A".into(), to: "B".into(), ticket_id: String::new() };
        let first = vec![waiting(1, of("A"), 0), waiting(2, moved(), 0), waiting(3, of("B"), 0)];
        assert_eq!(ids(&chains(first, at(5))), [vec![1]]);
        let then = vec![waiting(2, moved(), 0), waiting(3, of("B"), 0)];
        assert_eq!(ids(&chains(then, at(5))), [vec![2]]);
        let later = vec![waiting(2, moved(), 9), waiting(3, of("B"), 0)];
        assert!(chains(later, at(5)).is_empty());
    }
}
