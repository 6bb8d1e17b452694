use patchbay_audit::Entry;
use patchbay_domain::{AuditEvent, Caller, Error, SecretString};
use patchbay_proto::auth_token::TokenPair;
use patchbay_proto::installation::authorize_request::Grant;
use patchbay_proto::installation::{Authorization, AuthorizeRequest};

use super::authorize_by_assertion::authorize_by_assertion;
use super::find_installation::find_installation;
use super::installing_organization::installing_organization;
use crate::context::Context;
use crate::domain::app::{App, AppStatus};
use crate::domain::installation::Installation;
use crate::grpc::update_token_scopes::update_token_scopes;
use crate::sealing;
use crate::store::apps;

pub(super) async fn authorize(
    context: &Context,
    // The credentials are in the request.
    _: &Caller,
    request: AuthorizeRequest,
) -> Result<Authorization, Error> {
    let (app, pair) = match request.grant {
        Some(Grant::Assertion(jwt)) => {
            authorize_by_assertion(context, &request.installation_uuid, &jwt).await?
        }
        _ => authorize_by_secret(context, request).await?,
    };
    update_token_scopes(context, &app).await;
    Ok(authorization(pair))
}

async fn authorize_by_secret(
    context: &Context,
    request: AuthorizeRequest,
) -> Result<(App, TokenPair), Error> {
    let secret = SecretString::new(request.client_secret);
    let app = authenticated(context, &request.client_id, &secret).await?;
    let installation = find_installation(context, &request.installation_uuid).await?;
    if installation.app.id != app.id {
        return Err(Error::permission_denied());
    }
    let pair = match request.grant {
        Some(Grant::Code(code)) => {
            installing_organization(context, &installation).await?;
            context.tokens.exchange(installation.uuid, &app, code).await?
        }
        Some(Grant::RefreshToken(token)) => {
            installing_organization(context, &installation).await?;
            refresh(context, &installation, &app, token).await?
        }
        Some(Grant::Assertion(_)) | None => return Err(Error::field("code", "This field is required.")),
    };
    Ok((app, pair))
}

/// The app with these credentials.
async fn authenticated(context: &Context, client_id: &str, secret: &SecretString) -> Result<App, Error> {
    let invalid = || Error::unauthenticated("INVALID_CLIENT", "Invalid Client ID / Secret pair");
    let app = apps::find_by_client_id(&context.db, client_id).await?;
    let app = app.filter(|app| app.status != AppStatus::DeletionInProgress).ok_or_else(invalid)?;
    // `SecretString` compares in constant time.
    if sealing::client_secret(&context.sealing, &app)? == *secret { Ok(app) } else { Err(invalid()) }
}

async fn refresh(
    context: &Context,
    installation: &Installation,
    app: &App,
    token: String,
) -> Result<TokenPair, Error> {
    let refreshed = context.tokens.refresh(installation.uuid, app, token).await;
    if let Err(refusal) = &refreshed
        && refusal.reason == "REFRESH_TOKEN_REUSED"
    {
        record_reuse(context, installation, app).await?;
    }
    refreshed
}

/// Writes to the audit log of the organization why the app has lost its tokens.
async fn record_reuse(context: &Context, installation: &Installation, app: &App) -> Result<(), Error> {
    let (event, of) = (AuditEvent::SentryAppTokenReuse, installation.organization.id);
    let entry = Entry::new(event, of, &Caller::Anonymous, context.clock.now()).by_app(app.id, &app.name);
    let entry = entry.target("sentry-app-installation", installation.uuid, &app.name);
    let mut tx = context.db.begin().await?;
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
