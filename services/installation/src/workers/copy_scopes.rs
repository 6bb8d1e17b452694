use patchbay_domain::Error;

use crate::context::Context;
use crate::copying_scopes::copy;
use crate::store::app_upkeep;

/// Where the token service was away when an app's scopes were changed.
pub(super) async fn copy_scopes(context: &Context) -> Result<(), Error> {
    for app in app_upkeep::with_scopes_to_copy(&context.db).await? {
        copy(context, app).await?;
    }
    Ok(())
}
