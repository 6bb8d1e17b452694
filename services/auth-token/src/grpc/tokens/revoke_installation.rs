use patchbay_domain::{Caller, Result};
use patchbay_proto::auth_token::{RevokeInstallationRequest, RevokeInstallationResponse};

use super::installation_uuid::installation_uuid;
use crate::context::Context;
use crate::domain::access;
use crate::store::{delete_tokens, ended_installations, grants, lock};

/// Ends the installation: deletes its grant and tokens, and refuses new ones.
///
/// The count includes expired tokens that could still be refreshed.
pub(super) async fn revoke_installation(
    context: &Context,
    caller: &Caller,
    request: RevokeInstallationRequest,
) -> Result<RevokeInstallationResponse> {
    access::internal(caller)?;
    let installation = installation_uuid(&request.installation_uuid)?;
    let mut tx = context.db.begin().await?;
    lock::installation(&mut tx, installation).await?;
    grants::delete(&mut tx, installation).await?;
    ended_installations::insert(&mut tx, installation, context.now()).await?;
    let hashes = delete_tokens::all_of_installation(&mut tx, installation).await?;
    context.commit_revoking(tx, &hashes).await?;
    Ok(RevokeInstallationResponse { revoked: i32::try_from(hashes.len()).unwrap_or(i32::MAX) })
}
