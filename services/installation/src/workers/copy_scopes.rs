use patchbay_domain::Error;

use crate::copying_scopes::copy;
use crate::registry::Registry;
use crate::store::app_upkeep;

/// Where the token service was away when an app's scopes were changed.
pub(super) async fn copy_scopes(registry: &Registry) -> Result<(), Error> {
    for app in app_upkeep::with_scopes_to_copy(&registry.db).await? {
        copy(registry, app).await?;
    }
    Ok(())
}
