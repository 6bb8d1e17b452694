use chrono::{DateTime, Utc};
use patchbay_domain::{Result, SecretString, token};

use crate::domain::lifetimes;
use crate::state::State;
use crate::store::sign_in_links;

/// Makes a sign-in link of a user: its secret, and when it stops working.
pub(crate) async fn create_sign_in_link(
    state: &State,
    user_id: i64,
) -> Result<(SecretString, DateTime<Utc>)> {
    let secret = token::generate();
    let expires_at = state.now() + lifetimes::SIGN_IN_LINK;
    sign_in_links::insert(&state.db, &token::hash(secret.expose()), user_id, expires_at).await?;
    Ok((secret, expires_at))
}
