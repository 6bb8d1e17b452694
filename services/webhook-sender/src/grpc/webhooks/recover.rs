use patchbay_db::DbError;
use patchbay_domain::{Caller, Error, Result};
use patchbay_proto::webhook_sender::{RecoverRequest, Recovery, RecoveryStatus};

use super::find_app::resendable;
use super::read_filter::read_filter;
use super::recovery_message::recovery_message;
use super::resend_entry::resend_entry;
use crate::context::Context;
use crate::store::dead_letters::count;
use crate::store::recoveries;

pub(super) async fn recover(context: &Context, caller: &Caller, request: RecoverRequest) -> Result<Recovery> {
    let endpoint = resendable(context, caller, &request.app)?;
    let filter = read_filter(context, request.filter).await?;
    let max_rate = i32::try_from(context.recovery_rate).unwrap_or(i32::MAX);
    let rate = match request.rate_per_second {
        0 => max_rate,
        1.. => request.rate_per_second.min(max_rate),
        _ => return Err(Error::field("rate_per_second", "Has to be 1 or more.")),
    };
    let total = count(&context.db, endpoint.app_id, &filter).await?;
    let now = context.clock.now();
    let recovery =
        recoveries::Recovery::new(context.random.uuid(), endpoint.app_id, filter, rate, total, now);
    if request.dry_run {
        let dry = recovery_message(recovery, &endpoint);
        return Ok(Recovery {
            id: String::new(),
            status: RecoveryStatus::Unspecified.into(),
            started_at: None,
            ..dry
        });
    }
    let mut tx = context.db.begin().await?;
    recoveries::start(&mut tx, &recovery).await.map_err(|error| match error {
        DbError::UniqueViolation { .. } => {
            Error::conflict("RECOVERY_RUNNING", "A recovery of this app is running already.")
        }
        other => other.into(),
    })?;
    let entry = resend_entry(&endpoint, caller, now)
        .detail("recovery", recovery.id.to_string())
        .detail("webhooks", total);
    tx.outbox(entry.into_message()).await?;
    tx.commit().await?;
    context.db.outbox_notify();
    context.recovery_started.notify_one();
    Ok(recovery_message(recovery, &endpoint))
}
