use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use patchbay_domain::{Error, ErrorKind, Result};
use patchbay_proto::auth_token::{RedeemSignInLinkRequest, Session};
use patchbay_rpc::request;

use super::session_cookie::signed_in;
use crate::access::ANYONE;
use crate::error::Failure;
use crate::gateway::Gateway;
use crate::grpc::Answer;
use crate::operation::{Operation, post};
use crate::params::Params;
use crate::same_origin::{Sender, sender};
use crate::sign_in_page;

pub(super) fn operation() -> Operation {
    post("sign_in", "/auth/link/{secret}/", sign_in)
        .does("Sign in with a link")
        .by(ANYONE)
        .answers_nothing(303)
        .answers_as(403, "text/html")
        .answers_as(404, "text/html")
        .answers_as(503, "text/html")
}

/// Uses the link up and signs its user in.
async fn sign_in(State(gateway): State<Gateway>, params: Params, headers: HeaderMap) -> Response {
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
