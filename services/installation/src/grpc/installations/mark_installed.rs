use patchbay_domain::{Caller, Error};
use patchbay_proto::installation as proto;

use super::find_installation::find_installation;
use super::installation_message::visible_message;
use crate::context::Context;
use crate::domain::installation::InstallationStatus;
use crate::domain::installation::access;
use crate::store::{installations, versions};

pub(super) async fn mark_installed(
    context: &Context,
    caller: &Caller,
    request: proto::MarkInstalledRequest,
) -> Result<proto::Installation, Error> {
    let installation = find_installation(context, &request.uuid).await?;
    access::may_confirm(caller, installation.uuid)?;
    if installation.status == InstallationStatus::Installed {
        return visible_message(context, caller, installation).await;
    }
    let mut tx = context.db.begin().await?;
    let version = versions::next(&mut tx).await?;
    if installations::confirm(&mut tx, installation.uuid, version).await? {
        context.commit(tx).await?;
    }
    // If it was no longer pending, another call has confirmed or removed it.
    visible_message(context, caller, find_installation(context, &request.uuid).await?).await
}
