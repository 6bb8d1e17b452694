use patchbay_domain::Error;

use crate::registry::Registry;
use crate::store::{app_upkeep, versions};

/// Secrets whose grace is over stop signing: watchers are told of the app without it.
pub(super) async fn expire_secrets(registry: &Registry) -> Result<(), Error> {
    let now = registry.clock.now();
    for app in app_upkeep::with_old_secret(&registry.db, now).await? {
        let mut tx = registry.db.begin().await?;
        let version = versions::next(&mut tx).await?;
        if app_upkeep::drop_old_secret(&mut tx, app, now, version).await? {
            registry.commit(tx).await?;
        }
    }
    Ok(())
}
