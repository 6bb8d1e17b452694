//! The browser during a sign-in with OpenID Connect.

use axum::http::HeaderValue;
use axum::response::Response;
use patchbay_domain::Error;

use super::session_cookie::transport;
use crate::api::error::Failure;
use crate::context::Context;
use crate::pages::sign_in_page;

/// The name of the cookie that binds a sign-in to the browser that began it. It is read when the browser comes back.
pub(super) const COOKIE: &str = "patchbay_oidc";

/// The address to which the provider sends the browser back. It has to be registered there.
pub(super) fn callback_url(context: &Context) -> String {
    format!("{}/auth/oidc/callback/", context.config.base_url())
}

/// `Lax`, because the browser comes back from a page of the provider.
pub(super) fn cookie(context: &Context, secret: &str, seconds: u32) -> Option<HeaderValue> {
    let transport = transport(context);
    let text =
        format!("{COOKIE}={secret}; Max-Age={seconds}; Path=/auth/oidc/; HttpOnly; SameSite=Lax{transport}");
    let mut value = HeaderValue::from_str(&text).ok()?;
    value.set_sensitive(true);
    Some(value)
}

/// A page that explains the refusal.
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
        "OIDC_NO_SUCH_USER" => "No user has your e-mail address. Ask an administrator to add you.",
        _ => "Signing in is not possible right now. Try again in a moment.",
    };
    sign_in_page::refused(Failure::from(error).status(), why)
}
