use patchbay_domain::Result;

use crate::state::State;
use crate::store::{delete_tokens, lock};

/// Ends every personal token and every session of a user; how many there were.
pub(crate) async fn revoke_user(state: &State, user_id: i64) -> Result<usize> {
    let mut tx = state.db.begin().await?;
    lock::user(&mut tx, user_id).await?;
    let ended = delete_tokens::all_of_user(&mut tx, user_id).await?;
    state.commit_revoking(tx, &ended).await?;
    Ok(ended.len())
}
