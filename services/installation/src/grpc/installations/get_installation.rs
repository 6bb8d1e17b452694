use patchbay_domain::{Caller, Error};
use patchbay_proto::installation as proto;
use uuid::Uuid;

use super::installation_message::installation_message;
use crate::domain::installation::Installation;
use crate::domain::installation_access::{self, installation_not_found};
use crate::domain::switching;
use crate::registry::Registry;
use crate::store::installations;

#[tracing::instrument(name = "installation.get_installation", skip_all)]
pub(super) async fn get_installation(
    registry: &Registry,
    caller: &Caller,
    request: proto::GetInstallationRequest,
) -> Result<proto::Installation, Error> {
    let installation = existing(registry, &request.uuid).await?;
    installation_access::may_read(caller, installation.organization.id, installation.app.id)?;
    switching::may_see(caller, installation.app.disabled.is_some())?;
    shown(registry, caller, installation).await
}

pub(super) async fn existing(registry: &Registry, uuid: &str) -> Result<Installation, Error> {
    let uuid = uuid.parse::<Uuid>().map_err(|_| installation_not_found())?;
    installations::find(&registry.db, uuid).await?.ok_or_else(installation_not_found)
}

/// As the caller may see it: with the grant code while there is one, if it is for their eyes.
pub(super) async fn shown(
    registry: &Registry,
    caller: &Caller,
    installation: Installation,
) -> Result<proto::Installation, Error> {
    let sees_code = installation_access::sees_code(caller, installation.organization.id);
    let code = if sees_code {
        registry.tokens.codes(&[&installation]).await?.remove(&installation.uuid.to_string())
    } else {
        None
    };
    Ok(installation_message(installation, code, sees_code))
}
