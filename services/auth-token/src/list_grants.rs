use patchbay_domain::{Error, Result, SecretString};
use uuid::Uuid;

use crate::domain::grant::Grant;
use crate::state::State;
use crate::store::grants;

const MAX_ASKED: usize = 100;

/// The live grants of these installations with their codes.
pub(crate) async fn list_grants(state: &State, installations: &[Uuid]) -> Result<Vec<(Grant, SecretString)>> {
    if installations.len() > MAX_ASKED {
        let message = format!("Ensure this field has no more than {MAX_ASKED} elements.");
        return Err(Error::field("installation_uuids", message));
    }
    let grants = grants::live(&state.db, installations, state.now()).await?;
    let with_code = |grant: Grant| {
        let code = state.config.keys().find_map(|key| grant.code(key))?;
        Some((grant, code))
    };
    Ok(grants.into_iter().filter_map(with_code).collect())
}
