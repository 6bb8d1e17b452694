use patchbay_domain::{Error, Result, token};

use crate::domain::pair::{Issued, Span};
use crate::domain::stored_token::Holder;
use crate::domain::{code, lifetimes};
use crate::state::State;
use crate::store::{sign_in_links, tokens};

/// Turns a sign-in link into a session; the user, and the session. One of many at once gets it.
pub(crate) async fn redeem_sign_in_link(state: &State, secret: &str) -> Result<(i64, Issued)> {
    let hash = code::presented(secret).ok_or_else(invalid)?;
    let id = tokens::next_id(&state.db).await?;

    let mut tx = state.db.begin().await?;
    let now = state.now();
    let user_id = sign_in_links::redeem(&mut tx, &hash, now).await?.ok_or_else(invalid)?;
    let span = Span { from: now, to: Some(now + lifetimes::SESSION) };
    let session = Issued::plain(id, Holder::Session(user_id), token::generate(), Vec::new(), span);
    tokens::insert(&mut tx, &session.token).await?;
    tx.commit().await?;
    Ok((user_id, session))
}

fn invalid() -> Error {
    Error::unauthenticated("SIGN_IN_LINK_INVALID", "This sign-in link is not valid any more.")
}
