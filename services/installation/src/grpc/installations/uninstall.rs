use patchbay_domain::{AuditEvent, Caller, Error};
use patchbay_proto::installation as proto;

use super::get_installation::existing;
use crate::domain::installation_access::{self, installation_not_found};
use crate::ending::end;
use crate::registry::Registry;
use crate::{audit, events};

#[tracing::instrument(name = "installation.uninstall", skip_all)]
pub(super) async fn uninstall(
    registry: &Registry,
    caller: &Caller,
    request: proto::UninstallRequest,
) -> Result<proto::UninstallResponse, Error> {
    let installation = existing(registry, &request.uuid).await?;
    installation_access::may_uninstall(caller, installation.organization.id)?;
    let event = AuditEvent::SentryAppUninstall;
    let entry = audit::of_installation(event, &installation, caller, registry.clock.now());
    if end(registry, installation, events::user(caller), Some(entry)).await? {
        Ok(proto::UninstallResponse {})
    } else {
        Err(installation_not_found())
    }
}
