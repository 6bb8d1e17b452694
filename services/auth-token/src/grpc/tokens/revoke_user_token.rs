use patchbay_domain::{Caller, Result};
use patchbay_proto::auth_token::{RevokeTokenResponse, RevokeUserTokenRequest};

use super::commit_revoked_token::commit_revoked_token;
use crate::context::Context;
use crate::domain::access;
use crate::store::{delete_tokens, lock};

pub(super) async fn revoke_user_token(
    context: &Context,
    caller: &Caller,
    request: RevokeUserTokenRequest,
) -> Result<RevokeTokenResponse> {
    let RevokeUserTokenRequest { user_id, token_id } = request;
    access::own(caller, user_id)?;
    let mut tx = context.db.begin().await?;
    lock::user(&mut tx, user_id).await?;
    let deleted = delete_tokens::one_personal(&mut tx, user_id, token_id).await?;
    commit_revoked_token(context, tx, &deleted).await?;
    Ok(RevokeTokenResponse {})
}
