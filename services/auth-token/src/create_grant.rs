use patchbay_domain::{Result, SecretString};
use uuid::Uuid;

use crate::domain::grant::Grant;
use crate::state::State;
use crate::store::grants;

/// The grant of an installation with its code: the one that is there, or a new one.
pub(crate) async fn create_grant(
    state: &State,
    installation: Uuid,
    app_id: i64,
    organization_id: i64,
) -> Result<(Grant, SecretString)> {
    let now = state.now();
    let mut tx = state.db.begin().await?;
    state.lock_live(&mut tx, installation).await?;
    let stored = grants::find(&mut tx, installation).await?;
    if let Some(grant) = stored.filter(|grant| grant.serves(app_id, organization_id, now))
        && let Some(code) = state.config.keys().find_map(|key| grant.code(key))
    {
        return Ok((grant, code));
    }
    let (grant, code) =
        Grant::new(&state.config.key, Uuid::new_v4(), (installation, app_id, organization_id), now);
    grants::put(&mut tx, &grant).await?;
    tx.commit().await?;
    Ok((grant, code))
}
