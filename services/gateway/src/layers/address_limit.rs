//! The rate limit of operations that need no credentials.

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::api::by_address;
use crate::context::Context;

/// Counts the request for the network of its client.
pub(crate) async fn address_limit(State(context): State<Context>, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    match by_address::count(&parts, &context) {
        Ok(()) => next.run(Request::from_parts(parts, body)).await,
        Err(limited) => limited.into_response(),
    }
}
