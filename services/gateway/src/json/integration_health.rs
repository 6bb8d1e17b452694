//! Whether an integration works.

use patchbay_proto::issue_sync::{Health, HealthDay, HealthFailure, HealthProblem};
use serde::Serialize;
use utoipa::ToSchema;

use super::time;

/// Whether an integration works, and its problems.
#[derive(Serialize, ToSchema)]
#[schema(as = IntegrationHealth)]
#[serde(rename_all = "camelCase")]
pub(crate) struct IntegrationHealthJson {
    /// `healthy`, `degraded`, `broken` or `disabled`.
    state: String,
    since: Option<String>,
    last_success: Option<String>,
    last_failure: Option<FailureJson>,
    /// Null unless the tracker limits requests now.
    rate_limit: Option<RateLimitJson>,
    queue: QueueJson,
    webhook: WebhookJson,
    /// The last 30 days, newest first.
    days: Vec<DayJson>,
    problems: Vec<ProblemJson>,
}

/// An operation that failed.
#[derive(Serialize, ToSchema)]
#[schema(as = IntegrationFailure)]
struct FailureJson {
    at: Option<String>,
    operation: String,
    code: String,
    message: String,
}

/// A limit of the tracker.
#[derive(Serialize, ToSchema)]
#[schema(as = IntegrationRateLimit)]
struct RateLimitJson {
    /// Start of the next request.
    until: String,
}

/// Changes that wait to be sent to the tracker.
#[derive(Serialize, ToSchema)]
#[schema(as = IntegrationQueue)]
struct QueueJson {
    pending: i64,
    /// Time of the oldest change.
    oldest: Option<String>,
}

/// Webhooks of the tracker.
#[derive(Serialize, ToSchema)]
#[schema(as = IntegrationWebhook)]
#[serde(rename_all = "camelCase")]
struct WebhookJson {
    last_received: Option<String>,
    /// Webhooks with a wrong token or signature in the last 30 days.
    invalid_tokens: i64,
}

/// The operations of a day in UTC.
#[derive(Serialize, ToSchema)]
#[schema(as = IntegrationDay)]
struct DayJson {
    day: String,
    success: i64,
    error: i64,
    fatal: i64,
    halted: i64,
}

/// Failures with the same cause.
#[derive(Serialize, ToSchema)]
#[schema(as = IntegrationProblem)]
struct ProblemJson {
    kind: String,
    count: i64,
    first: Option<String>,
    last: Option<String>,
    /// The last failure, as a sentence.
    example: String,
    /// What to do about it.
    hint: String,
}

impl From<Health> for IntegrationHealthJson {
    fn from(health: Health) -> Self {
        let until = health.paused_until.as_ref().and_then(time::iso);
        Self {
            state: health.state,
            since: health.since.as_ref().and_then(time::iso),
            last_success: health.last_success.as_ref().and_then(time::iso),
            last_failure: health.last_failure.map(FailureJson::from),
            rate_limit: until.map(|until| RateLimitJson { until }),
            queue: QueueJson {
                pending: health.queue_pending,
                oldest: health.queue_oldest.as_ref().and_then(time::iso),
            },
            webhook: WebhookJson {
                last_received: health.webhook_last_received.as_ref().and_then(time::iso),
                invalid_tokens: health.webhook_invalid_tokens,
            },
            days: health.days.into_iter().map(DayJson::from).collect(),
            problems: health.problems.into_iter().map(ProblemJson::from).collect(),
        }
    }
}

impl From<HealthFailure> for FailureJson {
    fn from(failure: HealthFailure) -> Self {
        let at = failure.at.as_ref().and_then(time::iso);
        Self { at, operation: failure.operation, code: failure.kind, message: failure.message }
    }
}

impl From<HealthDay> for DayJson {
    fn from(day: HealthDay) -> Self {
        let HealthDay { day, success, error, fatal, halted } = day;
        Self { day, success, error, fatal, halted }
    }
}

impl From<HealthProblem> for ProblemJson {
    fn from(problem: HealthProblem) -> Self {
        Self {
            kind: problem.kind,
            count: problem.count,
            first: problem.first.as_ref().and_then(time::iso),
            last: problem.last.as_ref().and_then(time::iso),
            example: problem.example,
            hint: problem.hint,
        }
    }
}
