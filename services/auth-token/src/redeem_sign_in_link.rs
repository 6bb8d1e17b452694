use patchbay_domain::{Error, Result};

use crate::create_session;
use crate::domain::code;
use crate::domain::pair::Issued;
use crate::state::State;
use crate::store::{sign_in_links, tokens};

/// Turns a sign-in link into a session; the user, and the session. One of many at once gets it.
pub(crate) async fn redeem_sign_in_link(state: &State, secret: &str) -> Result<(i64, Issued)> {
    let hash = code::presented(secret).ok_or_else(invalid)?;
    let id = tokens::next_id(&state.db).await?;

    let mut tx = state.db.begin().await?;
    let user_id = sign_in_links::redeem(&mut tx, &hash, state.now()).await?.ok_or_else(invalid)?;
    create_session::commit(state, tx, id, user_id).await
}

fn invalid() -> Error {
    Error::unauthenticated("SIGN_IN_LINK_INVALID", "This sign-in link is not valid any more.")
}
