use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use patchbay_domain::{Error, ErrorKind, Result};
use patchbay_proto::auth_token::{RedeemSignInLinkRequest, Session};
use patchbay_rpc::{request, timestamp};

use crate::credentials::SESSION_COOKIE;
use crate::error::Failure;
use crate::gateway::Gateway;
use crate::grpc::Answer;
use crate::params::Params;
use crate::same_origin::{Sender, sender};
use crate::sign_in_page;

/// Where a person goes from here.
pub(super) const HOME: &str = "/api/0/";

/// `GET /auth/link/{secret}/`: asks whether to sign in. The link is not used up by looking at it.
pub(crate) async fn confirm() -> Response {
    sign_in_page::confirm()
}

/// `POST /auth/link/{secret}/`: uses the link up and signs its user in.
pub(crate) async fn sign_in(State(gateway): State<Gateway>, params: Params, headers: HeaderMap) -> Response {
    if sender(&headers, &gateway.config.public_url) == Sender::Foreign {
        // Somebody wants this person to act under another name without noticing.
        return sign_in_page::refused(StatusCode::FORBIDDEN, "Open the link itself to sign in.");
    }
    match redeem(&gateway, &params).await {
        Ok(session) => signed_in(&gateway, &session),
        Err(error) => refused(error),
    }
}

async fn redeem(gateway: &Gateway, params: &Params) -> Result<Session> {
    let secret = params.secret().ok_or_else(|| Error::not_found("SIGN_IN_LINK_INVALID", ""))?;
    let asked = request(RedeemSignInLinkRequest { secret });
    gateway.services.sessions().redeem_sign_in_link(asked).await.answer()
}

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

fn cookie(gateway: &Gateway, session: &Session) -> Option<HeaderValue> {
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

fn refused(error: Error) -> Response {
    match error.kind {
        ErrorKind::Unavailable | ErrorKind::DeadlineExceeded | ErrorKind::Internal => {
            let status = Failure::from(error).status();
            sign_in_page::refused(status, "Signing in is not possible right now. Try again in a moment.")
        }
        _ => {
            let why = "This link has been used already or is too old. Ask for a new one.";
            sign_in_page::refused(StatusCode::NOT_FOUND, why)
        }
    }
}
