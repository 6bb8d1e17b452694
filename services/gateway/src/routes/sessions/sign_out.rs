use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use patchbay_proto::auth_token::EndSessionRequest;
use patchbay_rpc::request;

use super::session_cookie::{HOME, attributes};
use crate::api::access::ANYONE;
use crate::api::authenticate::foreign_page;
use crate::api::error::{Failure, Result};
use crate::api::operation::{Operation, post};
use crate::context::Context;
use patchbay_edge::answer::Answer;
use patchbay_edge::credentials::{self, SESSION_COOKIE};
use patchbay_edge::same_origin::{Sender, sender};

pub(super) fn operation() -> Operation {
    post("sign_out", "/auth/sign-out/", sign_out)
        .does("End the session")
        .by(ANYONE)
        .answers_nothing(303)
        .refuses(403)
        .refuses(503)
}

/// Succeeds also without a session.
async fn sign_out(State(context): State<Context>, headers: HeaderMap) -> Result<Response> {
    if let Some(secret) = credentials::session(&headers) {
        if sender(&headers, &context.config.public_url) != Sender::Ours {
            return Err(foreign_page().into());
        }
        let message = request(EndSessionRequest { secret: secret.expose().to_owned() });
        context.services.sessions().end_session(message).await.answer().map_err(Failure::from)?;
        context.introspection.forget(&secret);
    }
    let cookie = format!("{SESSION_COOKIE}=; Max-Age=0; {}", attributes(&context));
    let mut response = (StatusCode::SEE_OTHER, [(header::LOCATION, HOME)]).into_response();
    if let Ok(cookie) = HeaderValue::from_str(&cookie) {
        response.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    Ok(response)
}
