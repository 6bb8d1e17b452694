use patchbay_domain::Result;
use uuid::Uuid;

use crate::state::State;
use crate::store::{grants, installation_lock, tokens};

/// Ends the grant and every token of an installation; how many tokens there were.
///
/// A token that had expired but could still be refreshed counts: with this it cannot any more.
pub(crate) async fn revoke_installation(state: &State, installation: Uuid) -> Result<usize> {
    let mut tx = state.db.begin().await?;
    installation_lock::take(&mut tx, installation).await?;
    grants::delete(&mut tx, installation).await?;
    let hashes = tokens::delete_installation(&mut tx, installation).await?;
    state.commit_revoking(tx, &hashes).await?;
    Ok(hashes.len())
}
