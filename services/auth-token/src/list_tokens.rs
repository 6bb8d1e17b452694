use patchbay_domain::Result;
use uuid::Uuid;

use crate::domain::stored_token::StoredToken;
use crate::state::State;
use crate::store::list_tokens as store;

/// The tokens of an installation that have not been replaced, oldest first.
pub(crate) async fn list_installation_tokens(state: &State, installation: Uuid) -> Result<Vec<StoredToken>> {
    Ok(store::of_installation(&state.db, installation).await?)
}

/// The personal tokens of a user, newest first.
pub(crate) async fn list_user_tokens(state: &State, user_id: i64) -> Result<Vec<StoredToken>> {
    Ok(store::personal(&state.db, user_id).await?)
}
