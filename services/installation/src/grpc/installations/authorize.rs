use patchbay_audit::Entry;
use patchbay_domain::{AuditEvent, Caller, Error, SecretString};
use patchbay_proto::auth_token::TokenPair;
use patchbay_proto::installation::authorize_request::Grant;
use patchbay_proto::installation::{Authorization, AuthorizeRequest};
use patchbay_proto::tracker::Organization;

use super::authorize_by_assertion::authorize_by_assertion;
use super::get_installation::existing;
use crate::domain::app::{App, AppStatus};
use crate::domain::installation::Installation;
use crate::grpc::settle_scopes::settle_scopes;
use crate::registry::Registry;
use crate::sealing;
use crate::store::apps;

#[tracing::instrument(name = "installation.authorize", skip_all)]
pub(super) async fn authorize(
    registry: &Registry,
    request: AuthorizeRequest,
) -> Result<Authorization, Error> {
    let (app, pair) = match request.grant {
        Some(Grant::Assertion(jwt)) => {
            authorize_by_assertion(registry, &request.installation_uuid, &jwt).await?
        }
        _ => authorize_by_secret(registry, request).await?,
    };
    settle_scopes(registry, &app).await;
    Ok(authorization(pair))
}

async fn authorize_by_secret(
    registry: &Registry,
    request: AuthorizeRequest,
) -> Result<(App, TokenPair), Error> {
    let secret = SecretString::new(request.client_secret);
    let app = authenticated(registry, &request.client_id, &secret).await?;
    let installation = existing(registry, &request.installation_uuid).await?;
    if installation.app.id != app.id {
        return Err(Error::permission_denied());
    }
    let pair = match request.grant {
        Some(Grant::Code(code)) => {
            organization(registry, &installation).await?;
            registry.tokens.exchange(installation.uuid, &app, code).await?
        }
        Some(Grant::RefreshToken(token)) => {
            organization(registry, &installation).await?;
            refresh(registry, &installation, &app, token).await?
        }
        Some(Grant::Assertion(_)) | None => return Err(Error::field("code", "This field is required.")),
    };
    Ok((app, pair))
}

/// The app that these credentials are of.
async fn authenticated(registry: &Registry, client_id: &str, secret: &SecretString) -> Result<App, Error> {
    let invalid = || Error::unauthenticated("INVALID_CLIENT", "Invalid Client ID / Secret pair");
    let app = apps::find_by_client_id(&registry.db, client_id).await?;
    let app = app.filter(|app| app.status != AppStatus::DeletionInProgress).ok_or_else(invalid)?;
    // Secrets compare in the same time wherever they differ.
    if sealing::client_secret(&registry.sealing, &app)? == *secret { Ok(app) } else { Err(invalid()) }
}

/// The installing organization. While the product does not know it, its installations get no tokens.
pub(super) async fn organization(
    registry: &Registry,
    installation: &Installation,
) -> Result<Organization, Error> {
    let found = registry.directory.find(&installation.organization.id.to_string()).await?;
    found.ok_or_else(|| {
        let message = "Organization not found, please try again later";
        Error::internal("ORGANIZATION_UNAVAILABLE", message)
    })
}

async fn refresh(
    registry: &Registry,
    installation: &Installation,
    app: &App,
    token: String,
) -> Result<TokenPair, Error> {
    let refreshed = registry.tokens.refresh(installation.uuid, app, token).await;
    if let Err(refusal) = &refreshed
        && refusal.reason == "REFRESH_TOKEN_REUSED"
    {
        record_reuse(registry, installation, app).await?;
    }
    refreshed
}

/// People of the organization are told why the app has lost its tokens.
async fn record_reuse(registry: &Registry, installation: &Installation, app: &App) -> Result<(), Error> {
    let (event, of) = (AuditEvent::SentryAppTokenReuse, installation.organization.id);
    let entry = Entry::new(event, of, &Caller::Anonymous, registry.clock.now()).by_app(app.id, &app.name);
    let entry = entry.target("sentry-app-installation", installation.uuid, &app.name);
    let mut tx = registry.db.begin().await?;
    tx.outbox(entry.into_message()).await?;
    Ok(tx.commit().await?)
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
