use patchbay_domain::{Caller, Result};
use patchbay_proto::webhook_sender::{GetRecoveryRequest, Recovery};

use super::find_app::readable;
use super::find_recovery::find_recovery;
use super::recovery_message::recovery_message;
use crate::context::Context;

pub(super) async fn get_recovery(
    context: &Context,
    caller: &Caller,
    request: GetRecoveryRequest,
) -> Result<Recovery> {
    let recovery = find_recovery(context, &request.id).await?;
    let endpoint = readable(context, caller, &recovery.app_id.to_string())?;
    Ok(recovery_message(recovery, &endpoint))
}
