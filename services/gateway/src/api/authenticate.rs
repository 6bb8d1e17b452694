//! The caller of a request: authenticated once, passed on with every call.

use axum::extract::FromRequestParts;
use axum::http::header;
use axum::http::request::Parts;
use patchbay_domain::{AppCaller, Caller, Error, Membership, Result, ScopeSet, SecretString, UserCaller};
use patchbay_proto::tracker::{GetUserRequest, User, get_user_request};
use patchbay_rpc::request;

use crate::api::by_address;
use crate::api::error::Failure;
use crate::context::Context;
use patchbay_edge::answer::Answer;
use patchbay_edge::client_address::client_network;
use patchbay_edge::credentials::{self, Credentials, invalid_token};
use patchbay_edge::introspection::{Subject, Token};
use patchbay_edge::rate_limit::Key;
use patchbay_edge::same_origin::{Sender, sender};

/// A user or an app.
pub(crate) struct Authenticated(pub(crate) Caller);

/// A user with a session. Tokens are refused, because the effect would outlive a token that is stolen and revoked.
pub(crate) struct SignedIn(pub(crate) Caller);

/// A user, an app, or an anonymous caller.
pub(crate) struct Visitor(pub(crate) Caller);

impl FromRequestParts<Context> for Authenticated {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, context: &Context) -> Result<Self, Failure> {
        match authenticate(parts, context).await? {
            Caller::Anonymous => Err(Error::no_credentials().into()),
            caller => Ok(Self(caller)),
        }
    }
}

impl FromRequestParts<Context> for SignedIn {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, context: &Context) -> Result<Self, Failure> {
        if parts.headers.contains_key(header::AUTHORIZATION) {
            by_address::count(parts, context)?;
            // Sentry ignores the header here and finds no credentials, but answers 403.
            let missing = Error::no_credentials();
            return Err(Error::forbidden(missing.reason, missing.message).into());
        }
        let Authenticated(caller) = Authenticated::from_request_parts(parts, context).await?;
        Ok(Self(caller))
    }
}

impl FromRequestParts<Context> for Visitor {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, context: &Context) -> Result<Self, Failure> {
        Ok(Self(authenticate(parts, context).await?))
    }
}

async fn authenticate(parts: &Parts, context: &Context) -> Result<Caller, Failure> {
    let found = identify(parts, context).await;
    context
        .rate_limits
        .check(Key::of(found.as_ref().ok(), || client_network(parts, context.config.proxies)))?;
    Ok(found?)
}

async fn identify(parts: &Parts, context: &Context) -> Result<Caller> {
    match credentials::read(&parts.headers)? {
        Credentials::Missing => Ok(Caller::Anonymous),
        Credentials::Token(token) => {
            let caller = by_token(&token, context).await?;
            context.origins.check(&caller, &parts.headers, &context.config.public_url).await?;
            Ok(caller)
        }
        Credentials::Session(secret) => {
            if !parts.method.is_safe() && sender(&parts.headers, &context.config.public_url) != Sender::Ours {
                return Err(foreign_page());
            }
            by_session(&secret, context).await
        }
    }
}

/// Refuses a request that a foreign page made the browser send with the cookie of its user.
pub(crate) fn foreign_page() -> Error {
    Error::forbidden("CSRF_FAILED", "CSRF Failed: the request does not come from a page of this site.")
}

async fn by_token(token: &SecretString, context: &Context) -> Result<Caller> {
    let Token { subject, scopes, .. } = context.introspection.introspect(token).await?;
    match subject {
        Subject::Installation { installation_id, app_id, organization_id } => {
            Ok(Caller::App(AppCaller { app_id, installation_id, organization_id, scopes }))
        }
        Subject::UserToken { user_id } => user(user_id, Some(scopes), context).await,
        // The secret of a session is valid only as a cookie, which scripts cannot read.
        Subject::Session { .. } => Err(invalid_token()),
    }
}

async fn by_session(secret: &SecretString, context: &Context) -> Result<Caller> {
    match context.introspection.introspect(secret).await {
        Ok(Token { subject: Subject::Session { user_id }, .. }) => user(user_id, None, context).await,
        Ok(_) => Ok(Caller::Anonymous),
        // A browser keeps a cookie longer than the session lives. The user is signed out; the request is not wrong.
        Err(error) if error.kind == patchbay_domain::ErrorKind::Unauthenticated => Ok(Caller::Anonymous),
        Err(error) => Err(error),
    }
}

/// Not cached: a change of role takes effect at once.
async fn user(id: i64, token_scopes: Option<ScopeSet>, context: &Context) -> Result<Caller> {
    let by_id = GetUserRequest { user: Some(get_user_request::User::Id(id)) };
    let user = context.services.directory().get_user(request(by_id)).await.answer().map_err(|error| {
        if error.kind == patchbay_domain::ErrorKind::NotFound { invalid_token() } else { error }
    })?;
    if user.is_disabled {
        return Err(Error::unauthenticated("USER_INACTIVE", "User inactive or deleted."));
    }
    Ok(Caller::User(read_user(user, token_scopes)))
}

fn read_user(user: User, token_scopes: Option<ScopeSet>) -> UserCaller {
    let memberships = user.memberships.into_iter().filter_map(|membership| {
        // A role that only a newer version knows gives no scopes here.
        let role = membership.role.parse().ok()?;
        Some(Membership {
            organization_id: membership.organization_id,
            organization_slug: membership.organization_slug,
            role,
        })
    });
    UserCaller {
        user_id: user.id,
        name: user.name,
        email: user.email,
        is_superuser: user.is_superuser,
        is_staff: user.is_staff,
        memberships: memberships.collect(),
        token_scopes,
    }
}
