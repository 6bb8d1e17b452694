use patchbay_db::Tx;
use patchbay_domain::{Error, Result};

use crate::context::Context;
use crate::domain::code::Hash;

/// Commits the deletion of one token.
///
/// # Errors
/// No token was deleted.
pub(super) async fn commit_revoked_token(context: &Context, tx: Tx, deleted: &[Hash]) -> Result<()> {
    if deleted.is_empty() {
        return Err(Error::not_found("TOKEN_NOT_FOUND", "The requested resource does not exist"));
    }
    context.commit_revoking(tx, deleted).await
}
