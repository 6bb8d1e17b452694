use patchbay_domain::{AuditEvent, Caller, Error};
use patchbay_proto::installation as proto;

use super::get_installation::existing;
use crate::audit;
use crate::domain::installation::{Installation, InstallationStatus};
use crate::domain::installation_access::{self, installation_not_found};
use crate::events;
use crate::registry::Registry;
use crate::store::{installations, versions};

/// Tokens first: whoever was told that an installation is gone may rely on it. When revoking fails, nothing has
/// changed; a crash after it leaves an installation without tokens, which the same call removes when it comes again.
#[tracing::instrument(name = "installation.uninstall", skip_all)]
pub(super) async fn uninstall(
    registry: &Registry,
    caller: &Caller,
    request: proto::UninstallRequest,
) -> Result<proto::UninstallResponse, Error> {
    let installation = existing(registry, &request.uuid).await?;
    installation_access::may_uninstall(caller, installation.organization.id)?;
    registry.tokens.revoke(installation.uuid).await?;

    let now = registry.clock.now();
    let mut tx = registry.db.begin().await?;
    let version = versions::next(&mut tx).await?;
    if !installations::remove(&mut tx, installation.uuid, now, version).await? {
        return Err(installation_not_found());
    }
    let entry = audit::of_installation(AuditEvent::SentryAppUninstall, &installation, caller, now);
    tx.outbox(entry.into_message()).await?;
    // Internal apps are not told of their installation's end, as they were not of its beginning.
    if !installation.app.is_internal {
        let removed = Installation { status: InstallationStatus::PendingDeletion, ..installation };
        tx.outbox(events::deleted(&removed, caller)).await?;
    }
    registry.commit(tx).await?;
    registry.metrics.uninstalls.inc();
    Ok(proto::UninstallResponse {})
}
