//! The person who sets up an integration with a browser.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use patchbay_domain::Caller;

use crate::api::authenticate::SignedIn;
use crate::context::Context;
use crate::pages::integration_setup::error_page::error_page;
use crate::routes::sessions::return_address::sent_to_sign_in;

/// A user with a session. A browser without one is sent to sign in, and comes back to this address without its query.
pub(super) struct Person {
    pub(super) caller: Caller,
    /// Refusals are pages. Without a browser, they are JSON.
    pub(super) takes_pages: bool,
}

impl FromRequestParts<Context> for Person {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, context: &Context) -> Result<Self, Response> {
        let takes_pages = takes_pages(&parts.headers);
        let failure = match SignedIn::from_request_parts(parts, context).await {
            Ok(SignedIn(caller)) => return Ok(Self { caller, takes_pages }),
            Err(failure) => failure,
        };
        Err(match failure.status() {
            StatusCode::UNAUTHORIZED if takes_pages => sent_to_sign_in(context, parts.uri.path()),
            StatusCode::FORBIDDEN if takes_pages => {
                error_page(StatusCode::FORBIDDEN, &failure.detail(), None)
            }
            _ => failure.into_response(),
        })
    }
}

fn takes_pages(headers: &HeaderMap) -> bool {
    let accept = headers.get(header::ACCEPT).and_then(|accept| accept.to_str().ok());
    accept.is_some_and(|accept| accept.contains("text/html"))
}
