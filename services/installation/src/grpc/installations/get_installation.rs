use patchbay_domain::{Caller, Error};
use patchbay_proto::installation as proto;

use super::find_installation::find_installation;
use super::installation_message::visible_message;
use crate::context::Context;
use crate::domain::installation::access as installation_access;
use crate::domain::suspension::access as suspension_access;

pub(super) async fn get_installation(
    context: &Context,
    caller: &Caller,
    request: proto::GetInstallationRequest,
) -> Result<proto::Installation, Error> {
    let installation = find_installation(context, &request.uuid).await?;
    installation_access::may_read(caller, installation.organization.id, installation.app.id)?;
    suspension_access::may_see(caller, installation.app.disabled.is_some())?;
    visible_message(context, caller, installation).await
}
