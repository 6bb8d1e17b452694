use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use patchbay_domain::{Error, ErrorKind, Result};
use patchbay_proto::auth_token::{RedeemSignInLinkRequest, Session};
use patchbay_rpc::request;

use super::signed_in::signed_in;
use crate::api::access::ANYONE;
use crate::api::error::Failure;
use crate::api::operation::{Operation, post};
use crate::api::params::Params;
use crate::context::Context;
use crate::pages::sign_in_page;
use patchbay_edge::answer::Answer;
use patchbay_edge::same_origin::{Sender, sender};

pub(super) fn operation() -> Operation {
    post("sign_in", "/auth/link/{secret}/", sign_in)
        .does("Sign in with a link")
        .by(ANYONE)
        .answers_nothing(303)
        .answers_as(403, "text/html")
        .answers_as(404, "text/html")
        .answers_as(503, "text/html")
}

/// The link is valid once.
async fn sign_in(State(context): State<Context>, params: Params, headers: HeaderMap) -> Response {
    if sender(&headers, &context.config.public_url) == Sender::Foreign {
        // A foreign page tries to sign this person in as another user without their notice.
        return sign_in_page::refused(StatusCode::FORBIDDEN, "Open the link itself to sign in.");
    }
    match redeem(&context, &params).await {
        Ok(session) => signed_in(&context, &headers, &session),
        Err(error) => refused(error),
    }
}

async fn redeem(context: &Context, params: &Params) -> Result<Session> {
    let secret = params.secret().ok_or_else(|| Error::not_found("SIGN_IN_LINK_INVALID", ""))?;
    let message = request(RedeemSignInLinkRequest { secret });
    context.services.sessions().redeem_sign_in_link(message).await.answer()
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
