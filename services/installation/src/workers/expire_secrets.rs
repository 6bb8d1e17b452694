use patchbay_domain::Error;

use crate::context::Context;
use crate::store::{app_upkeep, versions};

/// Drops previous client secrets whose grace period has ended, and streams the app without them.
pub(super) async fn expire_secrets(context: &Context) -> Result<(), Error> {
    let now = context.clock.now();
    for app in app_upkeep::with_old_secret(&context.db, now).await? {
        let mut tx = context.db.begin().await?;
        let version = versions::next(&mut tx).await?;
        if app_upkeep::drop_old_secret(&mut tx, app, now, version).await? {
            context.commit(tx).await?;
        }
    }
    Ok(())
}
