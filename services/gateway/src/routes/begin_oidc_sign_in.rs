use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use patchbay_domain::Error;
use patchbay_proto::auth_token::{BeginOidcSignInRequest, OidcSignIn};
use patchbay_rpc::request;

use super::sign_in::transport;
use crate::error::Failure;
use crate::gateway::Gateway;
use crate::grpc::Answer;
use crate::sign_in_page;

/// Holds what binds a sign-in to the browser that began it. Read on the way back only.
pub(super) const COOKIE: &str = "patchbay_oidc";

/// As long as the token service gives somebody to sign in at the provider.
const LIFETIME_SECONDS: u32 = 600;

/// `GET /auth/oidc/`: sends the browser to the OpenID Connect provider.
pub(crate) async fn begin_oidc_sign_in(State(gateway): State<Gateway>) -> Response {
    let asked = request(BeginOidcSignInRequest { redirect_url: callback_url(&gateway) });
    match gateway.services.sessions().begin_oidc_sign_in(asked).await.answer() {
        Ok(begun) => sent_away(&gateway, &begun),
        Err(error) => refused(error),
    }
}

fn sent_away(gateway: &Gateway, begun: &OidcSignIn) -> Response {
    let cookie = cookie(gateway, &begun.browser_secret, LIFETIME_SECONDS);
    match (cookie, HeaderValue::from_str(&begun.authorization_url)) {
        (Some(cookie), Ok(location)) => {
            (StatusCode::SEE_OTHER, [(header::SET_COOKIE, cookie), (header::LOCATION, location)])
                .into_response()
        }
        _ => Failure::from(Error::internal("UNREADABLE_ANSWER", "Internal error.")).into_response(),
    }
}

/// Where the provider sends the browser back to. It has to be registered there.
pub(super) fn callback_url(gateway: &Gateway) -> String {
    format!("{}/auth/oidc/callback/", gateway.config.base_url())
}

/// `Lax`, because the way back leads over a page of the provider.
pub(super) fn cookie(gateway: &Gateway, secret: &str, seconds: u32) -> Option<HeaderValue> {
    let transport = transport(gateway);
    let text =
        format!("{COOKIE}={secret}; Max-Age={seconds}; Path=/auth/oidc/; HttpOnly; SameSite=Lax{transport}");
    let mut value = HeaderValue::from_str(&text).ok()?;
    value.set_sensitive(true);
    Some(value)
}

/// In words for a person in front of a browser.
pub(super) fn refused(error: Error) -> Response {
    let why = match error.reason.as_ref() {
        "OIDC_NOT_CONFIGURED" => "Signing in this way has not been set up here.",
        "OIDC_STATE_INVALID" => "This sign-in was not begun in this browser, or took too long. Begin again.",
        "OIDC_REFUSED" => "The identity provider did not confirm who you are. Begin again.",
        "OIDC_EMAIL_NOT_VERIFIED" => "The identity provider has not verified your e-mail address.",
        "OIDC_EMAIL_INVALID" => {
            "Your e-mail address cannot be used here: it has to consist of letters from a to z, digits and common signs."
        }
        "OIDC_BOUND_OTHERWISE" => {
            "The user with your e-mail address signs in with another account at the identity provider. \
             Ask an administrator to unbind it."
        }
        "OIDC_DOMAIN_NOT_ALLOWED" => "People with your e-mail address cannot sign in here.",
        "OIDC_NO_SUCH_USER" => "Nobody here has your e-mail address. Ask an administrator to add you.",
        _ => "Signing in is not possible right now. Try again in a moment.",
    };
    sign_in_page::refused(Failure::from(error).status(), why)
}
