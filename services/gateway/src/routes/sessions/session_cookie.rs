//! The cookie that holds the secret of a session.

use axum::http::HeaderValue;
use patchbay_proto::auth_token::Session;
use patchbay_rpc::timestamp;

use crate::context::Context;
use patchbay_edge::credentials::SESSION_COOKIE;

/// The page after signing in or out.
pub(super) const HOME: &str = "/api/0/";

pub(super) fn cookie(context: &Context, session: &Session) -> Option<HeaderValue> {
    let until = session.expires_at.as_ref().and_then(timestamp::from_wire)?;
    let expires = until.format("%a, %d %b %Y %H:%M:%S GMT");
    let value = format!("{SESSION_COOKIE}={}; Expires={expires}; {}", session.secret, attributes(context));
    let mut value = HeaderValue::from_str(&value).ok()?;
    value.set_sensitive(true);
    Some(value)
}

/// The attributes of the cookie, the same when it is set and when it is removed.
pub(super) fn attributes(context: &Context) -> &'static str {
    match transport(context) {
        "" => "Path=/; HttpOnly; SameSite=Lax",
        _ => "Path=/; HttpOnly; SameSite=Lax; Secure",
    }
}

/// Where the public URL is HTTPS, cookies are sent over HTTPS only.
pub(super) fn transport(context: &Context) -> &'static str {
    if context.config.public_url.scheme() == "https" { "; Secure" } else { "" }
}
