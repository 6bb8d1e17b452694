//! An installation on the wire.

use patchbay_domain::{Caller, Error};
use patchbay_proto::installation as proto;
use patchbay_rpc::timestamp::to_wire;

use crate::context::Context;
use crate::domain::installation::{Installation, InstallationStatus};
use crate::domain::installation_access;
use crate::domain::installation_redirect::redirect_url;

/// As the caller may see it: with the grant code while there is one, if it is for their eyes.
pub(super) async fn visible_message(
    context: &Context,
    caller: &Caller,
    installation: Installation,
) -> Result<proto::Installation, Error> {
    let sees_code = installation_access::sees_code(caller, installation.organization.id);
    let code = if sees_code {
        context.tokens.codes(&[&installation]).await?.remove(&installation.uuid.to_string())
    } else {
        None
    };
    Ok(installation_message(installation, code, sees_code))
}

/// `code` and where it is to be brought are for the eyes of those who may see it.
pub(super) fn installation_message(
    installation: Installation,
    code: Option<String>,
    sees_code: bool,
) -> proto::Installation {
    let code = code.filter(|_| sees_code);
    proto::Installation {
        redirect_url: redirect_url(&installation, code.as_deref()).filter(|_| sees_code),
        uuid: installation.uuid.to_string(),
        status: status_message(installation.status).into(),
        app_id: installation.app.id,
        app_uuid: installation.app.uuid.to_string(),
        app_slug: installation.app.slug,
        app_name: installation.app.name,
        app_is_alertable: installation.app.is_alertable,
        organization_id: installation.organization.id,
        organization_slug: installation.organization.slug,
        code,
        created_at: Some(to_wire(installation.created_at)),
    }
}

pub(super) fn status_message(status: InstallationStatus) -> proto::InstallationStatus {
    match status {
        InstallationStatus::Pending => proto::InstallationStatus::Pending,
        InstallationStatus::Installed => proto::InstallationStatus::Installed,
        InstallationStatus::PendingDeletion => proto::InstallationStatus::PendingDeletion,
    }
}
