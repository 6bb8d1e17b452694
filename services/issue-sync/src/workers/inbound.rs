//! Applies the changes that trackers reported, those of one integration one after the other.
//!
//! One replica works at a time. A change is deleted after it was applied, so a process that is killed applies it again: assignees and
//! statuses are states, and a key that was changed already is found nowhere.

mod assignee;
mod key;
mod status;

use std::time::Duration;

use chrono::TimeDelta;
use futures::future::join_all;
use patchbay_db::LeaseHolder;
use patchbay_domain::Error;
use patchbay_proto::tracker::IntegrationSource;
use patchbay_runtime::sleep;

use crate::context::Context;
use crate::domain::health::Outcome;
use crate::domain::inbound::next_attempt;
use crate::domain::integration::Integration;
use crate::installations::outcomes::record;
use crate::store::inbound::{self, Waiting};
use patchbay_provider::{Change, Failure, Kind};

/// How often to look for changes that other replicas received.
const PAUSE: Duration = Duration::from_secs(1);
/// Integrations whose changes are applied at once.
const PARALLEL: i64 = 16;
/// The replica that works keeps the work for this long.
const LEASE: TimeDelta = TimeDelta::seconds(15);

/// Runs until a stop is requested.
pub(crate) async fn run(context: Context) {
    let holder = LeaseHolder::unique();
    while !context.stop.is_requested() {
        match round(&context, holder).await {
            Ok(true) => continue,
            Ok(false) => {}
            Err(error) => {
                tracing::warn!(%error, "changes of trackers could not be applied; the next attempt is in a second");
            }
        }
        tokio::select! {
            () = context.stop.requested() => break,
            () = context.inbound.notified() => {}
            () = sleep(&context.clock, PAUSE) => {}
        }
    }
    let _ = context.db.release_lease("inbound", holder).await;
}

/// True if there may be more.
async fn round(context: &Context, holder: LeaseHolder) -> Result<bool, Error> {
    let now = context.now();
    if !context.db.acquire_lease("inbound", holder, now, LEASE).await? {
        return Ok(false);
    }
    let due = inbound::due(&context.db, now, PARALLEL).await?;
    let any = !due.is_empty();
    for settled in join_all(due.iter().map(|waiting| settle(context, waiting))).await {
        settled?;
    }
    Ok(any)
}

/// What applying a change came to.
pub(super) enum Applied {
    /// Applied, or nothing had to be done.
    Done,
    /// It had no effect, as expected.
    Halted(Failure),
}

async fn settle(context: &Context, waiting: &Waiting) -> Result<(), Error> {
    let operation = match waiting.change {
        Change::Assignee { .. } => "assignee_inbound",
        Change::Status { .. } => "status_inbound",
        Change::Key { .. } => "key_inbound",
    };
    let id = waiting.integration_id;
    let outcome = match apply(context, waiting).await {
        Ok(Applied::Done) => Outcome::Success,
        Ok(Applied::Halted(failure)) => Outcome::Halted(failure),
        Err(failure) if failure.is_retryable() => {
            let jitter = context.random.fraction();
            let now = context.now();
            match next_attempt(waiting.received_at, waiting.attempts, failure.retry_at, jitter, now) {
                Some(due) => {
                    return inbound::postpone(&context.db, waiting.id, waiting.attempts + 1, due).await;
                }
                None => Outcome::Failed(failure),
            }
        }
        Err(failure) => Outcome::of::<()>(&Err(failure)),
    };
    inbound::delete(&context.db, waiting.id).await?;
    record(context, id, operation, &outcome).await;
    Ok(())
}

async fn apply(context: &Context, waiting: &Waiting) -> Result<Applied, Failure> {
    let id = waiting.integration_id;
    match &waiting.change {
        Change::Assignee { key, assignee, at } => {
            assignee::apply(context, id, key, assignee.as_ref(), *at).await
        }
        Change::Status { key, data, at } => status::apply(context, id, key, data, *at).await,
        Change::Key { from, to, ticket_id } => key::apply(context, id, from, to, ticket_id).await,
    }
}

/// The source of the changes that an integration causes.
pub(super) fn source(context: &Context, integration: &Integration) -> IntegrationSource {
    let provider = context.registry.get(&integration.provider);
    let name = provider.map(|provider| provider.descriptor().name.clone());
    IntegrationSource {
        integration_id: integration.id,
        provider_key: integration.provider.clone(),
        provider_name: name.unwrap_or_else(|| integration.provider.clone()),
    }
}

/// Our own database or tracker is not available: the change is tried again.
pub(super) fn ours(error: Error) -> Failure {
    if error.is_retryable() {
        Failure::new(Kind::Unreadable, error.to_string())
    } else {
        Failure::refused(error.to_string())
    }
}
