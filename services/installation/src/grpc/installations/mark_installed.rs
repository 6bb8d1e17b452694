use patchbay_domain::{Caller, Error};
use patchbay_proto::installation as proto;

use super::get_installation::{existing, shown};
use crate::domain::installation::InstallationStatus;
use crate::domain::installation_access;
use crate::registry::Registry;
use crate::store::{installations, versions};

#[tracing::instrument(name = "installation.mark_installed", skip_all)]
pub(super) async fn mark_installed(
    registry: &Registry,
    caller: &Caller,
    request: proto::MarkInstalledRequest,
) -> Result<proto::Installation, Error> {
    let installation = existing(registry, &request.uuid).await?;
    installation_access::may_confirm(caller, installation.app.id)?;
    if installation.status == InstallationStatus::Installed {
        return shown(registry, caller, installation).await;
    }
    let mut tx = registry.db.begin().await?;
    let version = versions::next(&mut tx).await?;
    if installations::confirm(&mut tx, installation.uuid, version).await? {
        registry.commit(tx).await?;
    }
    // Confirmed by another call, or removed, where it was not pending any more.
    shown(registry, caller, existing(registry, &request.uuid).await?).await
}
