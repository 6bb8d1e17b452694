use patchbay_domain::Result;

use crate::domain::code;
use crate::state::State;
use crate::store::delete_tokens;

/// Ends a session, if there is one with this secret.
pub(crate) async fn end_session(state: &State, secret: &str) -> Result<()> {
    let Some(hash) = code::presented(secret) else { return Ok(()) };
    let mut tx = state.db.begin().await?;
    if delete_tokens::session(&mut tx, &hash).await? {
        state.commit_revoking(tx, &[hash]).await?;
    }
    Ok(())
}
