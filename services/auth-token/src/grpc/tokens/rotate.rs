use patchbay_db::Tx;
use patchbay_domain::Result;
use uuid::Uuid;

use crate::context::Context;
use crate::domain::pair::{Issued, Pair, Span};
use crate::domain::stored_token::{InstallationHolder, StoredToken};
use crate::store::tokens;

/// The token that replaces another one.
pub(super) struct Successor {
    pub(super) id: i64,
    pub(super) holder: InstallationHolder,
    pub(super) family: Uuid,
    pub(super) pair: Pair,
    pub(super) scopes: Vec<String>,
}

/// Replaces `old` by its successor and commits. The caller holds the installation's lock.
pub(super) async fn rotate(
    context: &Context,
    mut tx: Tx,
    old: &StoredToken,
    successor: Successor,
) -> Result<Issued> {
    let Successor { id, holder, family, pair, scopes } = successor;
    let now = context.now();
    let span = Span { from: now, to: Some(now + context.config.token_lifetime) };
    let issued = Issued::refreshable(id, holder, family, pair, scopes, span);
    tokens::insert(&mut tx, &issued.token).await?;
    tokens::replace(&mut tx, old.id, id, now).await?;
    context.commit_revoking(tx, &[old.token_hash]).await?;
    Ok(issued)
}
