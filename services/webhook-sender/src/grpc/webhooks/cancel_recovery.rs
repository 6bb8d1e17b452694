use patchbay_domain::{Caller, Result};
use patchbay_proto::webhook_sender::{CancelRecoveryRequest, Recovery};

use super::find_app::resendable;
use super::find_recovery::find_recovery;
use super::recovery_message::recovery_message;
use super::resend_entry::resend_entry;
use crate::context::Context;
use crate::store::recoveries;

pub(super) async fn cancel_recovery(
    context: &Context,
    caller: &Caller,
    request: CancelRecoveryRequest,
) -> Result<Recovery> {
    let recovery = find_recovery(context, &request.id).await?;
    let endpoint = resendable(context, caller, &recovery.app_id.to_string())?;
    let now = context.clock.now();
    let mut tx = context.db.begin().await?;
    if recoveries::cancel(&mut tx, recovery.id, now).await? {
        let entry = resend_entry(&endpoint, caller, now).detail("cancelled", recovery.id.to_string());
        tx.outbox(entry.into_message()).await?;
        tx.commit().await?;
        context.db.outbox_notify();
    }
    Ok(recovery_message(find_recovery(context, &request.id).await?, &endpoint))
}
