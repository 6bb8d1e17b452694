//! The installation on whose behalf an issue is linked.

use patchbay_domain::{Caller, Error};
use patchbay_proto::installation::{GetInstallationRequest, Installation};
use patchbay_rpc::request;

use crate::api::error::Result;
use crate::context::Context;
use patchbay_edge::answer::Answer;

/// The installation, for the app itself and for members of the organization. The caller checks the scopes.
pub(super) async fn installation(context: &Context, caller: &Caller, uuid: String) -> Result<Installation> {
    let message = request(GetInstallationRequest { uuid });
    let found = context.services.installations().get_installation(message).await.answer()?;
    if caller.app().is_some_and(|app| app.app_id != found.app_id) {
        return Err(Error::permission_denied().into());
    }
    if caller.scopes_in(found.organization_id).is_none() {
        let message = "Given organization is not valid";
        return Err(Error::not_found("ORGANIZATION_NOT_FOUND", message).into());
    }
    Ok(found)
}
