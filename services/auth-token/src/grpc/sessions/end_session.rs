use patchbay_domain::{Caller, Result};
use patchbay_proto::auth_token::{EndSessionRequest, EndSessionResponse};

use crate::context::Context;
use crate::domain::{access, code};
use crate::store::delete_tokens;

/// Succeeds also when no session has this secret.
pub(super) async fn end_session(
    context: &Context,
    caller: &Caller,
    request: EndSessionRequest,
) -> Result<EndSessionResponse> {
    access::internal(caller)?;
    let Some(hash) = code::presented(&request.secret) else { return Ok(EndSessionResponse {}) };
    let mut tx = context.db.begin().await?;
    if delete_tokens::session(&mut tx, &hash).await? {
        context.commit_revoking(tx, &[hash]).await?;
    }
    Ok(EndSessionResponse {})
}
