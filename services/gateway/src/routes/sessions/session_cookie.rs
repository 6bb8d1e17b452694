//! The cookie that holds the secret of a session.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use patchbay_domain::Error;
use patchbay_proto::auth_token::Session;
use patchbay_rpc::timestamp;

use crate::credentials::SESSION_COOKIE;
use crate::error::Failure;
use crate::gateway::Gateway;

/// Where a person goes from here.
pub(super) const HOME: &str = "/api/0/";

pub(super) fn signed_in(gateway: &Gateway, session: &Session) -> Response {
    match cookie(gateway, session) {
        Some(cookie) => (
            StatusCode::SEE_OTHER,
            [(header::SET_COOKIE, cookie), (header::LOCATION, HeaderValue::from_static(HOME))],
        )
            .into_response(),
        None => Failure::from(Error::internal("UNREADABLE_ANSWER", "Internal error.")).into_response(),
    }
}

pub(super) fn cookie(gateway: &Gateway, session: &Session) -> Option<HeaderValue> {
    let until = session.expires_at.as_ref().and_then(timestamp::from_wire)?;
    let expires = until.format("%a, %d %b %Y %H:%M:%S GMT");
    let value = format!("{SESSION_COOKIE}={}; Expires={expires}; {}", session.secret, attributes(gateway));
    let mut value = HeaderValue::from_str(&value).ok()?;
    value.set_sensitive(true);
    Some(value)
}

/// What the cookie has from its first day to its last.
pub(super) fn attributes(gateway: &Gateway) -> &'static str {
    match transport(gateway) {
        "" => "Path=/; HttpOnly; SameSite=Lax",
        _ => "Path=/; HttpOnly; SameSite=Lax; Secure",
    }
}

/// Where we are reached encrypted, our cookies travel in no other way.
pub(super) fn transport(gateway: &Gateway) -> &'static str {
    if gateway.config.public_url.scheme() == "https" { "; Secure" } else { "" }
}
