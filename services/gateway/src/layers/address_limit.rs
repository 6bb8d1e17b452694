//! The rate limits of operations for which the gateway checks no credentials.

use axum::extract::{Request, State};
use axum::http::StatusCode;
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

/// Counts the request only if it is refused: a service checks its credentials, and who has them may call often.
pub(crate) async fn refusal_limit(State(context): State<Context>, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    if let Err(limited) = by_address::admit(&parts, &context) {
        return limited.into_response();
    }
    let response = next.run(Request::from_parts(parts.clone(), body)).await;
    // A queue that is full is no reason to refuse the next request unseen.
    let is_refused =
        response.status().is_client_error() && response.status() != StatusCode::TOO_MANY_REQUESTS;
    if is_refused && let Err(limited) = by_address::count(&parts, &context) {
        return limited.into_response();
    }
    response
}
