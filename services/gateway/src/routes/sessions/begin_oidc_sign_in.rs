use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use patchbay_domain::Error;
use patchbay_proto::auth_token::{BeginOidcSignInRequest, OidcSignIn};
use patchbay_rpc::request;

use super::oidc_browser::{callback_url, cookie, refused};
use crate::api::access::ANYONE;
use crate::api::error::Failure;
use crate::api::operation::{Operation, get};
use crate::context::Context;
use patchbay_edge::answer::Answer;

/// The time that the token service allows for signing in at the provider.
const LIFETIME_SECONDS: u32 = 600;

pub(super) fn operation() -> Operation {
    get("begin_oidc_sign_in", "/auth/oidc/", begin_oidc_sign_in)
        .does("Sign in at the OpenID Connect provider")
        .by(ANYONE)
        .answers_nothing(303)
        .answers_as(404, "text/html")
        .answers_as(503, "text/html")
}

/// Sends the browser to the OpenID Connect provider.
async fn begin_oidc_sign_in(State(context): State<Context>) -> Response {
    let message = request(BeginOidcSignInRequest { redirect_url: callback_url(&context) });
    match context.services.sessions().begin_oidc_sign_in(message).await.answer() {
        Ok(begun) => sent_away(&context, &begun),
        Err(error) => refused(error),
    }
}

fn sent_away(context: &Context, begun: &OidcSignIn) -> Response {
    let cookie = cookie(context, &begun.browser_secret, LIFETIME_SECONDS);
    match (cookie, HeaderValue::from_str(&begun.authorization_url)) {
        (Some(cookie), Ok(location)) => {
            (StatusCode::SEE_OTHER, [(header::SET_COOKIE, cookie), (header::LOCATION, location)])
                .into_response()
        }
        _ => Failure::from(Error::internal("UNREADABLE_ANSWER", "Internal error.")).into_response(),
    }
}
