use patchbay_domain::{Caller, Result};
use patchbay_proto::auth_token::{RevokeInstallationTokenRequest, RevokeTokenResponse};

use super::commit_revoked_token::commit_revoked_token;
use super::installation_uuid::installation_uuid;
use crate::context::Context;
use crate::domain::access;
use crate::store::{delete_tokens, lock};

pub(super) async fn revoke_installation_token(
    context: &Context,
    caller: &Caller,
    request: RevokeInstallationTokenRequest,
) -> Result<RevokeTokenResponse> {
    access::internal(caller)?;
    let installation = installation_uuid(&request.installation_uuid)?;
    let mut tx = context.db.begin().await?;
    lock::installation(&mut tx, installation).await?;
    let deleted = delete_tokens::one_of_installation(&mut tx, installation, request.token_id).await?;
    commit_revoked_token(context, tx, &deleted).await?;
    Ok(RevokeTokenResponse {})
}
