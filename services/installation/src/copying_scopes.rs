//! Tokens hold the scopes of their app, and are kept by another service.

use patchbay_domain::Error;

use crate::context::Context;
use crate::store::app_upkeep;

/// To be called after the commit. When it fails, it is done again later; see [`workers`](crate::workers).
pub(crate) async fn copy_now(context: &Context, app: i64) {
    if let Err(error) = copy(context, app).await {
        tracing::warn!(%error, app, "the tokens of an app do not have its new scopes yet");
    }
}

/// Until the tokens have what the app has: it may be changed while they are.
pub(crate) async fn copy(context: &Context, app: i64) -> Result<(), Error> {
    let mut copied = None;
    while let Some((app, version)) = app_upkeep::versioned(&context.db, app).await? {
        if copied.as_ref() == Some(&app.scopes) {
            return app_upkeep::scopes_are_copied(&context.db, app.id, version).await;
        }
        context.tokens.update_scopes(&app).await?;
        copied = Some(app.scopes);
    }
    Ok(())
}
