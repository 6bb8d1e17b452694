use patchbay_db::Tx;
use patchbay_domain::Result;
use uuid::Uuid;

use crate::domain::pair::{Issued, Pair, Span};
use crate::domain::stored_token::{InstallationHolder, StoredToken};
use crate::state::State;
use crate::store::tokens;

/// What takes the place of a token.
pub(crate) struct Successor {
    pub(crate) id: i64,
    pub(crate) holder: InstallationHolder,
    pub(crate) family: Uuid,
    pub(crate) pair: Pair,
    pub(crate) scopes: Vec<String>,
}

/// Commits the end of `old` and the beginning of its successor. Take the installation's lock before.
pub(crate) async fn rotate(
    state: &State,
    mut tx: Tx,
    old: &StoredToken,
    successor: Successor,
) -> Result<Issued> {
    let Successor { id, holder, family, pair, scopes } = successor;
    let now = state.now();
    let span = Span { from: now, to: Some(now + state.config.token_lifetime) };
    let issued = Issued::refreshable(id, holder, family, pair, scopes, span);
    tokens::insert(&mut tx, &issued.token).await?;
    tokens::replace(&mut tx, old.id, id, now).await?;
    state.commit_revoking(tx, &[old.token_hash]).await?;
    Ok(issued)
}
