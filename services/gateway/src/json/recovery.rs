//! A job that sends dead letters again.

use patchbay_proto::webhook_sender::{Recovery, RecoveryStatus};
use serde::Serialize;
use utoipa::ToSchema;

use super::time;

/// A recovery, or the preview of one.
#[derive(Serialize, ToSchema)]
#[schema(as = WebhookRecovery)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RecoveryJson {
    /// Null for a dry run.
    id: Option<String>,
    sentry_app_slug: String,
    /// `running`, `done` or `cancelled`; null for a dry run.
    status: Option<&'static str>,
    total: i64,
    recovered: i64,
    rate_per_second: i32,
    date_started: Option<String>,
    date_ended: Option<String>,
}

impl From<Recovery> for RecoveryJson {
    fn from(recovery: Recovery) -> Self {
        let status = match recovery.status() {
            RecoveryStatus::Unspecified => None,
            RecoveryStatus::Running => Some("running"),
            RecoveryStatus::Done => Some("done"),
            RecoveryStatus::Cancelled => Some("cancelled"),
        };
        Self {
            id: Some(recovery.id).filter(|id| !id.is_empty()),
            sentry_app_slug: recovery.app_slug,
            status,
            total: recovery.total,
            recovered: recovery.recovered,
            rate_per_second: recovery.rate_per_second,
            date_started: recovery.started_at.as_ref().and_then(time::iso),
            date_ended: recovery.ended_at.as_ref().and_then(time::iso),
        }
    }
}
