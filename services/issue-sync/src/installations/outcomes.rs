//! Records the outcome of each operation: in the health report, in metrics, and once in the log.

use patchbay_audit::Entry;
use patchbay_db::Tx;
use patchbay_domain::{AuditEvent, Caller, Error};

use crate::context::Context;
use crate::domain::health::{Day, Outcome, State, day_of, judge};
use crate::store::{health, organization_integrations};
use patchbay_provider::Failure;

/// Runs an operation at a tracker, and records its outcome.
pub(crate) async fn measured<T>(
    context: &Context,
    integration_id: i64,
    operation: &'static str,
    work: impl Future<Output = Result<T, Failure>>,
) -> Result<T, Failure> {
    let result = work.await;
    record(context, integration_id, operation, &Outcome::of(&result)).await;
    result
}

/// An operation, and its outcome.
pub(crate) type Done = (&'static str, Outcome);

/// Records an outcome. A database that is down does not fail the operation.
pub(crate) async fn record(
    context: &Context,
    integration_id: i64,
    operation: &'static str,
    outcome: &Outcome,
) {
    record_all(context, integration_id, &[(operation, outcome.clone())]).await;
}

/// Records several outcomes in one transaction.
pub(crate) async fn record_all(context: &Context, integration_id: i64, done: &[Done]) {
    for (operation, outcome) in done {
        count(context, integration_id, operation, outcome);
    }
    if let Err(error) = store(context, integration_id, done).await {
        tracing::warn!(%error, integration_id, "the outcome of operations could not be recorded");
    }
}

/// Counts and logs an outcome.
fn count(context: &Context, integration_id: i64, operation: &'static str, outcome: &Outcome) {
    let labels = crate::metrics::Operation { operation, outcome: outcome.name() };
    context.metrics.operations.get_or_create(&labels).inc();
    match outcome {
        Outcome::Success => {}
        Outcome::Halted(failure) => {
            tracing::debug!(integration_id, operation, kind = ?failure.problem(), "an operation at a tracker had no effect");
        }
        Outcome::Failed(failure) => {
            tracing::warn!(integration_id, operation, %failure, "an operation at a tracker failed");
        }
    }
}

async fn store(context: &Context, integration_id: i64, done: &[Done]) -> Result<(), Error> {
    if done.is_empty() {
        return Ok(());
    }
    let now = context.now();
    let mut counts = Day { day: day_of(now), ..Day::default() };
    let mut tx = context.db.begin().await?;
    let mut record = health::lock(&mut tx, integration_id, now).await?;
    for (operation, outcome) in done {
        let unusable = counts.error + counts.fatal;
        outcome.count(&mut counts);
        let Some(failure) = outcome.failure() else {
            record.last_success = Some(now);
            continue;
        };
        if counts.error + counts.fatal > unusable {
            record.failed_at = Some(now);
            record.failed_operation = Some((*operation).to_owned());
            record.failed_kind =
                Some(failure.problem().map_or("refused", |problem| problem.name()).to_owned());
            record.failed_message = Some(failure.message.clone());
        }
        if let Some(problem) = failure.problem() {
            health::add_problem(&mut tx, integration_id, problem, &failure.message, now).await?;
        }
    }
    health::add(&mut tx, integration_id, &counts).await?;
    let days = health::days_in(&mut tx, integration_id).await?;
    let state = judge(&days, record.last_success, record.failed_at, now);
    if record.state != state.as_str() {
        audit_state(context, &mut tx, integration_id, &record.state, state).await?;
        record.state = state.as_str().to_owned();
        record.since = now;
    }
    health::write(&mut tx, integration_id, &record).await?;
    Ok(tx.commit().await?)
}

/// Writes the new state to the audit log of each organization that uses the integration.
async fn audit_state(
    context: &Context,
    tx: &mut Tx,
    integration_id: i64,
    before: &str,
    state: State,
) -> Result<(), Error> {
    let service = Caller::Service(crate::NAME.to_owned());
    for of in organization_integrations::active_of_integration_in(tx, integration_id).await? {
        let entry = Entry::new(AuditEvent::IntegrationEdit, of.organization_id, &service, context.now())
            .target("integration", integration_id, &of.integration.name)
            .detail("provider", of.integration.provider.as_str())
            .detail("name", "health")
            .detail("before", before)
            .detail("after", state.as_str());
        tx.outbox(entry.into_message()).await?;
    }
    Ok(())
}
