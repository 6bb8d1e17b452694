//! The rate limit of operations that need no credentials.

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::api::error::Failure;
use crate::context::Context;
use patchbay_edge::client_address::client_network;
use patchbay_edge::rate_limit::Key;

/// Counts the request for the network of its client.
pub(crate) async fn address_limit(State(context): State<Context>, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let network = client_network(&parts, context.config.proxies);
    match context.rate_limits.check(Key::Address(network)) {
        Ok(()) => next.run(Request::from_parts(parts, body)).await,
        Err(limited) => Failure::from(limited).into_response(),
    }
}
