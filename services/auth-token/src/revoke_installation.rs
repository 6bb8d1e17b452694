use patchbay_domain::Result;
use uuid::Uuid;

use crate::state::State;
use crate::store::{delete_tokens, ended_installations, grants, lock};

/// Ends the grant and every token of an installation for good; how many tokens there were.
///
/// A token that had expired but could still be refreshed counts: with this it cannot any more.
pub(crate) async fn revoke_installation(state: &State, installation: Uuid) -> Result<usize> {
    let mut tx = state.db.begin().await?;
    lock::installation(&mut tx, installation).await?;
    grants::delete(&mut tx, installation).await?;
    ended_installations::insert(&mut tx, installation, state.now()).await?;
    let hashes = delete_tokens::all_of_installation(&mut tx, installation).await?;
    state.commit_revoking(tx, &hashes).await?;
    Ok(hashes.len())
}
