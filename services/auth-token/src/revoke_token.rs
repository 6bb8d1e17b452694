use patchbay_db::Tx;
use patchbay_domain::{Error, Result};
use uuid::Uuid;

use crate::domain::code::Hash;
use crate::state::State;
use crate::store::{delete_tokens, lock};

/// Ends one token of an installation.
pub(crate) async fn revoke_installation_token(state: &State, installation: Uuid, id: i64) -> Result<()> {
    let mut tx = state.db.begin().await?;
    lock::installation(&mut tx, installation).await?;
    let ended = delete_tokens::one_of_installation(&mut tx, installation, id).await?;
    commit(state, tx, &ended).await
}

/// Ends one personal token of a user.
pub(crate) async fn revoke_user_token(state: &State, user_id: i64, id: i64) -> Result<()> {
    let mut tx = state.db.begin().await?;
    lock::user(&mut tx, user_id).await?;
    let ended = delete_tokens::one_personal(&mut tx, user_id, id).await?;
    commit(state, tx, &ended).await
}

async fn commit(state: &State, tx: Tx, ended: &[Hash]) -> Result<()> {
    if ended.is_empty() {
        return Err(Error::not_found("TOKEN_NOT_FOUND", "The requested resource does not exist"));
    }
    state.commit_revoking(tx, ended).await
}
