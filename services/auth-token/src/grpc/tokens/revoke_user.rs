use patchbay_domain::{Caller, Result};
use patchbay_proto::auth_token::{RevokeUserRequest, RevokeUserResponse};

use crate::context::Context;
use crate::domain::access;
use crate::store::{delete_tokens, lock};

/// Ends every personal token and every session of a user.
pub(super) async fn revoke_user(
    context: &Context,
    caller: &Caller,
    request: RevokeUserRequest,
) -> Result<RevokeUserResponse> {
    access::internal(caller)?;
    let mut tx = context.db.begin().await?;
    lock::user(&mut tx, request.user_id).await?;
    let hashes = delete_tokens::all_of_user(&mut tx, request.user_id).await?;
    context.commit_revoking(tx, &hashes).await?;
    Ok(RevokeUserResponse { revoked: i32::try_from(hashes.len()).unwrap_or(i32::MAX) })
}
