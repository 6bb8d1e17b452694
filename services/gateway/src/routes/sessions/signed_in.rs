//! The end of a sign-in.

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use patchbay_domain::Error;
use patchbay_proto::auth_token::Session;

use super::return_address::{forgotten, returned_to};
use super::session_cookie::{HOME, cookie};
use crate::api::error::Failure;
use crate::context::Context;

/// Sends the browser back to where it came from, with the cookie of the session.
pub(super) fn signed_in(context: &Context, headers: &HeaderMap, session: &Session) -> Response {
    let Some(cookie) = cookie(context, session) else {
        return Failure::from(Error::internal("UNREADABLE_ANSWER", "Internal error.")).into_response();
    };
    let location = returned_to(headers).unwrap_or(HeaderValue::from_static(HOME));
    let mut response =
        (StatusCode::SEE_OTHER, [(header::SET_COOKIE, cookie), (header::LOCATION, location)]).into_response();
    if let Some(forgotten) = forgotten(context, headers) {
        response.headers_mut().append(header::SET_COOKIE, forgotten);
    }
    response
}
