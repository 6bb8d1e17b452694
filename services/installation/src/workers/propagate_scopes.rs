//! Tokens hold a copy of the scopes of their app, in the token service. After a change of scopes the copies are updated.

use patchbay_domain::Error;

use crate::context::Context;
use crate::store::app_upkeep;

/// Retries the apps whose tokens could not be updated when their scopes were changed.
pub(super) async fn propagate_scopes(context: &Context) -> Result<(), Error> {
    for app in app_upkeep::with_scopes_to_propagate(&context.db).await? {
        propagate(context, app).await?;
    }
    Ok(())
}

/// Call after the commit. On failure the worker retries.
pub(crate) async fn propagate_now(context: &Context, app_id: i64) {
    if let Err(error) = propagate(context, app_id).await {
        tracing::warn!(%error, app_id, "the tokens of an app could not be given its new scopes; the worker retries");
    }
}

/// The app may be changed while its tokens are updated, so this repeats until its scopes are those that were sent last.
async fn propagate(context: &Context, app: i64) -> Result<(), Error> {
    let mut propagated = None;
    while let Some((app, version)) = app_upkeep::versioned(&context.db, app).await? {
        if propagated.as_ref() == Some(&app.scopes) {
            return app_upkeep::mark_scopes_propagated(&context.db, app.id, version).await;
        }
        context.tokens.update_scopes(&app).await?;
        propagated = Some(app.scopes);
    }
    Ok(())
}
