use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;
use patchbay_domain::{Error, ErrorKind, Result};
use patchbay_proto::auth_token::{CreateSessionRequest, FinishOidcSignInRequest, OidcIdentity, Session};
use patchbay_proto::tracker::{CreateUserRequest, GetUserRequest, User, get_user_request};
use patchbay_rpc::request;

use super::oidc_browser::{COOKIE, callback_url, cookie, refused};
use super::signed_in::signed_in;
use crate::api::access::ANYONE;
use crate::api::operation::{Operation, get};
use crate::api::query::Query;
use crate::context::Context;
use patchbay_edge::answer::Answer;
use patchbay_edge::credentials;

pub(super) fn operation() -> Operation {
    get("finish_oidc_sign_in", "/auth/oidc/callback/", finish_oidc_sign_in)
        .does("Come back from the OpenID Connect provider")
        .by(ANYONE)
        .answers_nothing(303)
        .answers_as(401, "text/html")
        .answers_as(403, "text/html")
        .answers_as(404, "text/html")
        .answers_as(503, "text/html")
}

async fn finish_oidc_sign_in(State(context): State<Context>, headers: HeaderMap, query: Query) -> Response {
    let mut response = match sign_in(&context, &headers, &query).await {
        Ok(session) => signed_in(&context, &headers, &session),
        Err(error) => refused(error),
    };
    // The cookie has served its purpose in either case.
    let cookie = cookie(&context, "", 0).unwrap_or(HeaderValue::from_static(""));
    response.headers_mut().append(header::SET_COOKIE, cookie);
    response
}

async fn sign_in(context: &Context, headers: &HeaderMap, query: &Query) -> Result<Session> {
    let part = |name| query.get(name).unwrap_or_default().to_owned();
    if query.get("error").is_some() {
        // The message is not repeated: the author of a forged link can have written it.
        return Err(Error::unauthenticated("OIDC_REFUSED", ""));
    }
    let secret = credentials::cookie(headers, COOKIE);
    let message = FinishOidcSignInRequest {
        redirect_url: callback_url(context),
        state: part("state"),
        code: part("code"),
        browser_secret: secret.map(|secret| secret.expose().to_owned()).unwrap_or_default(),
    };
    let mut sessions = context.services.sessions();
    let identity = sessions.finish_oidc_sign_in(request(message)).await.answer()?;
    let oidc_account = identity.account.clone();
    let user_id = user(context, identity).await?.id;
    sessions.create_session(request(CreateSessionRequest { user_id, oidc_account })).await.answer()
}

/// The user to whom the account is bound or, at the first sign-in, the user with this verified address, who is created
/// if the operator allows it.
async fn user(context: &Context, identity: OidcIdentity) -> Result<User> {
    let OidcIdentity { email, name, may_register, user_id, account: _ } = identity;
    if let Some(id) = user_id {
        return may_come_in(find(context, get_user_request::User::Id(id)).await);
    }
    let by_email = || get_user_request::User::Email(email.clone());
    match find(context, by_email()).await {
        Err(error) if error.kind == ErrorKind::NotFound => {
            let wanted = CreateUserRequest {
                name,
                email: email.clone(),
                only_invited: !may_register,
                ..Default::default()
            };
            match context.services.directory().create_user(request(wanted)).await.answer() {
                // The same person signed in twice at the same time.
                Err(error) if error.reason == "EMAIL_TAKEN" => may_come_in(find(context, by_email()).await),
                Err(error) if error.reason == "NOT_INVITED" => Err(Error::forbidden("OIDC_NO_SUCH_USER", "")),
                made => made,
            }
        }
        found => may_come_in(found),
    }
}

fn may_come_in(found: Result<User>) -> Result<User> {
    match found {
        Err(error) if error.kind == ErrorKind::NotFound => Err(Error::forbidden("OIDC_NO_SUCH_USER", "")),
        Ok(user) if user.is_disabled => Err(Error::forbidden("OIDC_NO_SUCH_USER", "")),
        found => found,
    }
}

async fn find(context: &Context, user: get_user_request::User) -> Result<User> {
    context.services.directory().get_user(request(GetUserRequest { user: Some(user) })).await.answer()
}
