use patchbay_db::Tx;
use patchbay_domain::{Result, token};

use crate::domain::lifetimes;
use crate::domain::oidc_identity::{Account, bound_otherwise};
use crate::domain::pair::{Issued, Span};
use crate::domain::stored_token::Holder;
use crate::state::State;
use crate::store::{oidc_identities, tokens};

/// Makes a session of a user: the user, and the session. The account with which they have signed in is bound to them first.
pub(crate) async fn create_session(
    state: &State,
    user_id: i64,
    account: Option<Account>,
) -> Result<(i64, Issued)> {
    let id = tokens::next_id(&state.db).await?;
    let mut tx = state.db.begin().await?;
    if let Some(account) = account
        && !oidc_identities::bind(&mut tx, &account, user_id, state.now()).await?
    {
        return Err(bound_otherwise());
    }
    commit(state, tx, id, user_id).await
}

/// Ends the transaction with a new session of the user.
pub(crate) async fn commit(state: &State, mut tx: Tx, id: i64, user_id: i64) -> Result<(i64, Issued)> {
    let now = state.now();
    let span = Span { from: now, to: Some(now + lifetimes::SESSION) };
    let session = Issued::plain(id, Holder::Session(user_id), token::generate(), Vec::new(), span);
    tokens::insert(&mut tx, &session.token).await?;
    tx.commit().await?;
    Ok((user_id, session))
}
