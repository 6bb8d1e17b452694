use patchbay_domain::Result;

use crate::state::State;
use crate::store::oidc_identities;

/// Unbinds the user from their accounts at OpenID Connect providers; how many there were.
pub(crate) async fn forget_oidc_identities(state: &State, user_id: i64) -> Result<u64> {
    Ok(oidc_identities::delete_of_user(&state.db, user_id).await?)
}
