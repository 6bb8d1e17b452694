//! `Recover`, `GetRecovery`, `CancelRecovery`: given-up webhooks are sent again, as a job.

use std::sync::Arc;

use patchbay_audit::Entry;
use patchbay_db::DbError;
use patchbay_domain::{AuditEvent, Caller, Error, Result};
use patchbay_proto::webhook_sender::{
    CancelRecoveryRequest, GetRecoveryRequest, RecoverRequest, Recovery, RecoveryStatus,
};
use patchbay_rpc::timestamp;
use uuid::Uuid;

use super::find_app::{readable, resendable};
use super::list_dead_letters::read_filter;
use super::webhooks::WebhooksService;
use crate::store::dead_letters::count;
use crate::store::recoveries::{self, Recovery as Job};
use crate::world::endpoint::Endpoint;

pub(crate) async fn recover(
    service: &WebhooksService,
    caller: &Caller,
    request: RecoverRequest,
) -> Result<Recovery> {
    let endpoint = resendable(service, caller, &request.app)?;
    let filter = read_filter(service, request.filter).await?;
    let most = i32::try_from(service.recovery_rate).unwrap_or(i32::MAX);
    let rate = match request.rate_per_second {
        0 => most,
        1.. => request.rate_per_second.min(most),
        _ => return Err(Error::field("rate_per_second", "Has to be 1 or more.")),
    };
    let total = count(&service.db, endpoint.app_id, &filter).await?;
    let now = service.clock.now();
    let job = Job::new(Uuid::new_v4(), endpoint.app_id, filter, rate, total, now);
    if request.dry_run {
        let dry = to_message(job, &endpoint);
        return Ok(Recovery {
            id: String::new(),
            status: RecoveryStatus::Unspecified.into(),
            started_at: None,
            ..dry
        });
    }
    let mut tx = service.db.begin().await?;
    recoveries::start(&mut tx, &job).await.map_err(|error| match error {
        DbError::UniqueViolation { .. } => {
            Error::conflict("RECOVERY_RUNNING", "A recovery of this app is running already.")
        }
        other => other.into(),
    })?;
    let entry =
        entry(&endpoint, caller, service).detail("recovery", job.id.to_string()).detail("webhooks", total);
    tx.outbox(entry.into_message()).await?;
    tx.commit().await?;
    service.db.outbox_notify();
    service.recoveries.notify_one();
    Ok(to_message(job, &endpoint))
}

pub(crate) async fn get_recovery(
    service: &WebhooksService,
    caller: &Caller,
    request: GetRecoveryRequest,
) -> Result<Recovery> {
    let job = find(service, &request.id).await?;
    let endpoint = readable(service, caller, &job.app_id.to_string())?;
    Ok(to_message(job, &endpoint))
}

pub(crate) async fn cancel_recovery(
    service: &WebhooksService,
    caller: &Caller,
    request: CancelRecoveryRequest,
) -> Result<Recovery> {
    let job = find(service, &request.id).await?;
    let endpoint = resendable(service, caller, &job.app_id.to_string())?;
    let mut tx = service.db.begin().await?;
    if recoveries::cancel(&mut tx, job.id, service.clock.now()).await? {
        let entry = entry(&endpoint, caller, service).detail("cancelled", job.id.to_string());
        tx.outbox(entry.into_message()).await?;
        tx.commit().await?;
        service.db.outbox_notify();
    }
    Ok(to_message(find(service, &request.id).await?, &endpoint))
}

async fn find(service: &WebhooksService, id: &str) -> Result<Job> {
    let missing = || Error::not_found("RECOVERY_NOT_FOUND", "There is no such recovery.");
    let id: Uuid = id.parse().map_err(|_| missing())?;
    recoveries::find(&service.db, id).await?.ok_or_else(missing)
}

fn entry(endpoint: &Endpoint, caller: &Caller, service: &WebhooksService) -> Entry {
    let now = service.clock.now();
    Entry::new(AuditEvent::SentryAppWebhooksResend, endpoint.owner_organization_id, caller, now).target(
        "sentry-app",
        endpoint.app_id,
        endpoint.app_slug.clone(),
    )
}

fn to_message(job: Job, endpoint: &Arc<Endpoint>) -> Recovery {
    let status = match job.status {
        1 => RecoveryStatus::Running,
        2 => RecoveryStatus::Done,
        _ => RecoveryStatus::Cancelled,
    };
    Recovery {
        id: job.id.to_string(),
        app_slug: endpoint.app_slug.clone(),
        status: status.into(),
        total: job.total,
        recovered: job.recovered,
        rate_per_second: job.rate,
        started_at: Some(timestamp::to_wire(job.started_at)),
        ended_at: job.ended_at.map(timestamp::to_wire),
    }
}
