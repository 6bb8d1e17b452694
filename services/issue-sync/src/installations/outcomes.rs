//! Records the outcome of each operation: in the health report, in metrics, and once in the log.

use patchbay_domain::Error;

use crate::context::Context;
use crate::domain::health::{Day, Outcome, day_of, judge};
use crate::store::health;
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

/// Records an outcome. A database that is down does not fail the operation.
pub(crate) async fn record(
    context: &Context,
    integration_id: i64,
    operation: &'static str,
    outcome: &Outcome,
) {
    let (name, failure) = match outcome {
        Outcome::Success => ("success", None),
        Outcome::Halted(failure) => ("halted", Some(failure)),
        Outcome::Failed(failure) => ("failure", Some(failure)),
    };
    let labels = crate::metrics::Operation { operation, outcome: name };
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
    if let Err(error) = store(context, integration_id, operation, outcome, failure).await {
        tracing::warn!(%error, integration_id, "the outcome of an operation could not be recorded");
    }
}

async fn store(
    context: &Context,
    integration_id: i64,
    operation: &'static str,
    outcome: &Outcome,
    failure: Option<&Failure>,
) -> Result<(), Error> {
    let now = context.now();
    let mut counts = Day { day: day_of(now), ..Day::default() };
    outcome.count(&mut counts);

    let mut tx = context.db.begin().await?;
    let mut record = health::lock(&mut tx, integration_id, now).await?;
    health::add(&mut tx, integration_id, &counts).await?;
    match failure {
        None => record.last_success = Some(now),
        Some(failure) => {
            if counts.error + counts.fatal > 0 {
                record.failed_at = Some(now);
                record.failed_operation = Some(operation.to_owned());
                record.failed_kind =
                    Some(failure.problem().map_or("refused", |problem| problem.name()).to_owned());
                record.failed_message = Some(failure.message.clone());
            }
            if let Some(problem) = failure.problem() {
                health::add_problem(&mut tx, integration_id, problem, &failure.message, now).await?;
            }
        }
    }
    let days = health::days_in(&mut tx, integration_id).await?;
    let state = judge(&days, record.last_success, record.failed_at, now);
    if record.state != state.as_str() {
        record.state = state.as_str().to_owned();
        record.since = now;
    }
    health::write(&mut tx, integration_id, &record).await?;
    Ok(tx.commit().await?)
}
