use patchbay_domain::{AuditEvent, Caller, Error};
use patchbay_proto::installation as proto;

use super::find_installation::find_installation;
use crate::context::Context;
use crate::domain::installation::access;
use crate::domain::installation::access::installation_not_found;
use crate::outbox::{audit, events};
use crate::workers::end_installation::end_installation;

pub(super) async fn uninstall(
    context: &Context,
    caller: &Caller,
    request: proto::UninstallRequest,
) -> Result<proto::UninstallResponse, Error> {
    let installation = find_installation(context, &request.uuid).await?;
    access::may_uninstall(caller, installation.organization.id)?;
    let event = AuditEvent::SentryAppUninstall;
    let entry = audit::of_installation(event, &installation, caller, context.clock.now());
    if end_installation(context, installation, events::user(caller), Some(entry)).await? {
        Ok(proto::UninstallResponse {})
    } else {
        Err(installation_not_found())
    }
}
