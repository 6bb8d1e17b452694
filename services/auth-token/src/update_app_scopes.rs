use patchbay_domain::Result;
use uuid::Uuid;

use crate::domain::mint;
use crate::state::State;
use crate::store::{list_tokens, lock, tokens};

/// Gives the unexpired tokens of an app these scopes and what they imply; how many had others.
///
/// One installation after the other, each under its lock, so that a refresh on its way does not slip through with
/// the old ones. Cut off in the middle it is finished by the next call.
pub(crate) async fn update_app_scopes(state: &State, app_id: i64, scopes: &[String]) -> Result<usize> {
    let scopes = mint::scopes(scopes)?;
    let mut changed = 0;
    for installation in list_tokens::installations_of(&state.db, app_id).await? {
        changed += update_installation(state, installation, &scopes).await?;
    }
    Ok(changed)
}

async fn update_installation(state: &State, installation: Uuid, scopes: &[String]) -> Result<usize> {
    let mut tx = state.db.begin().await?;
    lock::installation(&mut tx, installation).await?;
    let changed = tokens::set_scopes(&mut tx, installation, scopes, state.now()).await?;
    if !changed.is_empty() {
        // Whoever remembers what these tokens are good for has to ask again.
        state.commit_revoking(tx, &changed).await?;
    }
    Ok(changed.len())
}
