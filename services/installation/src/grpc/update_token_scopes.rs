use patchbay_domain::Error;

use crate::context::Context;
use crate::domain::app::App;
use crate::store::apps;

/// To be called when tokens have been made with the scopes of `app`, as it was read before: its developer may have changed
/// them since, and the change may have reached all tokens but the new one.
pub(super) async fn update_token_scopes(context: &Context, app: &App) {
    if let Err(error) = try_update(context, app).await {
        // The token has been made and may be the only one its app has; to withhold it would do more harm.
        tracing::warn!(%error, app = app.slug, "whether a new token has its app's present scopes could not be found out");
    }
}

async fn try_update(context: &Context, app: &App) -> Result<(), Error> {
    match apps::find(&context.db, &app.id.to_string()).await? {
        Some(present) if present.scopes != app.scopes => context.tokens.update_scopes(&present).await,
        _ => Ok(()),
    }
}
