use patchbay_domain::{Caller, Error};
use patchbay_proto::installation as proto;
use patchbay_rpc::timestamp::to_wire;

use crate::context::Context;
use crate::domain::installation::access;
use crate::domain::installation::redirect::redirect_url;
use crate::domain::installation::{Installation, InstallationStatus};

/// The installation, with its grant code if the caller may see it and it can still be exchanged.
pub(super) async fn visible_message(
    context: &Context,
    caller: &Caller,
    installation: Installation,
) -> Result<proto::Installation, Error> {
    let sees_code = access::sees_code(caller, installation.organization.id);
    let code = if sees_code {
        context.tokens.codes(&[&installation]).await?.remove(&installation.uuid.to_string())
    } else {
        None
    };
    Ok(installation_message(installation, code, sees_code))
}

/// Sets `code` and the redirect URL, which contains it, only if `sees_code`.
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
