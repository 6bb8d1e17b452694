use patchbay_domain::Error;

use crate::context::Context;
use crate::domain::app::App;
use crate::store::apps;

/// Call after a token was made with the scopes of `app` as read before. Its scopes may have changed in the meantime, and that
/// change may have reached all tokens but the new one.
pub(super) async fn update_token_scopes(context: &Context, app: &App) {
    if let Err(error) = try_update(context, app).await {
        // The token exists and may be the only one of its app; withholding it would do more harm.
        tracing::warn!(%error, app_id = app.id, "the scopes of a new token could not be compared with those of its app; the token keeps its scopes");
    }
}

async fn try_update(context: &Context, app: &App) -> Result<(), Error> {
    match apps::find(&context.db, &app.id.to_string()).await? {
        Some(current) if current.scopes != app.scopes => context.tokens.update_scopes(&current).await,
        _ => Ok(()),
    }
}
