use patchbay_domain::{Error, SecretString};
use patchbay_proto::auth_token::TokenPair;
use patchbay_proto::installation::authorize_request::Grant;
use patchbay_proto::installation::{Authorization, AuthorizeRequest};

use super::get_installation::existing;
use crate::domain::app::{App, AppStatus};
use crate::registry::Registry;
use crate::sealing;
use crate::store::apps;

#[tracing::instrument(name = "installation.authorize", skip_all)]
pub(super) async fn authorize(
    registry: &Registry,
    request: AuthorizeRequest,
) -> Result<Authorization, Error> {
    let secret = SecretString::new(request.client_secret);
    let app = authenticated(registry, &request.client_id, &secret).await?;
    let installation = existing(registry, &request.installation_uuid).await?;
    if installation.app.id != app.id {
        return Err(Error::permission_denied());
    }
    let pair = match request.grant {
        Some(Grant::Code(code)) => registry.tokens.exchange(installation.uuid, &app, code).await?,
        Some(Grant::RefreshToken(token)) => registry.tokens.refresh(installation.uuid, &app, token).await?,
        Some(Grant::Assertion(_)) => {
            return Err(Error::forbidden("INVALID_GRANT_TYPE", "Invalid grant_type"));
        }
        None => return Err(Error::field("code", "This field is required.")),
    };
    Ok(authorization(pair))
}

/// The app that these credentials are of.
async fn authenticated(registry: &Registry, client_id: &str, secret: &SecretString) -> Result<App, Error> {
    let invalid = || Error::unauthenticated("INVALID_CLIENT", "Invalid Client ID / Secret pair");
    let app = apps::find_by_client_id(&registry.db, client_id).await?;
    let app = app.filter(|app| app.status != AppStatus::DeletionInProgress).ok_or_else(invalid)?;
    // Secrets compare in the same time wherever they differ.
    if sealing::client_secret(&registry.sealing, &app)? == *secret { Ok(app) } else { Err(invalid()) }
}

fn authorization(pair: TokenPair) -> Authorization {
    Authorization {
        token_id: pair.id,
        token: pair.token,
        refresh_token: pair.refresh_token.unwrap_or_default(),
        scopes: pair.scopes,
        created_at: pair.created_at,
        expires_at: pair.expires_at,
    }
}
