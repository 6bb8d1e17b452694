//! Limits that keep one request from harming others: time, number of requests in flight, size of the head; and an answer
//! instead of a crash.

use std::any::Any;

use axum::Json;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use patchbay_domain::Error;
use serde_json::json;

use crate::api::by_address;
use crate::api::error::Failure;
use crate::context::Context;

/// Bytes of the address of a request, and of all its headers. No legitimate request is larger.
const LONGEST_ADDRESS: usize = 8 * 1024;
const LARGEST_HEAD: usize = 32 * 1024;

/// Refuses a request with a head that is too large.
pub(crate) async fn head(State(context): State<Context>, request: Request, next: Next) -> Response {
    let Some(refusal) = too_large(&request) else { return next.run(request).await };
    by_address::refuse(&request.into_parts().0, &context, refusal).into_response()
}

fn too_large(request: &Request) -> Option<Failure> {
    let address = request.uri().path_and_query().map_or(0, |text| text.as_str().len());
    if address > LONGEST_ADDRESS {
        let detail = "The address of the request is too long.";
        return Some(Failure::new(StatusCode::URI_TOO_LONG, "URI_TOO_LONG", detail));
    }
    let detail = "The headers of the request are too large.";
    (size(request.headers()) > LARGEST_HEAD)
        .then(|| Failure::new(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE, "HEADERS_TOO_LARGE", detail))
}

fn size(headers: &HeaderMap) -> usize {
    headers.iter().map(|(name, value)| name.as_str().len() + value.len()).sum()
}

/// Answers 503 at once when too many requests are in flight, and 504 when one takes too long.
pub(crate) async fn limit(State(context): State<Context>, request: Request, next: Next) -> Response {
    let Ok(_permit) = context.requests.try_acquire() else {
        context.metrics.overloaded.inc();
        return overloaded();
    };
    match tokio::time::timeout(context.config.request_timeout, next.run(request)).await {
        Ok(response) => response,
        Err(_elapsed) => {
            let detail = "The request took too long.";
            Failure::new(StatusCode::GATEWAY_TIMEOUT, "REQUEST_TIMEOUT", detail).into_response()
        }
    }
}

/// Does not log, which would only add to the load; the metric counts it.
fn overloaded() -> Response {
    let detail = "Too many requests are being worked on. Try again in a moment.";
    let retry_after = [(header::RETRY_AFTER, HeaderValue::from_static("1"))];
    (StatusCode::SERVICE_UNAVAILABLE, retry_after, Json(json!({ "detail": detail }))).into_response()
}

/// The answer to a request whose handler panicked.
pub(crate) fn panicked(panic: Box<dyn Any + Send>) -> Response {
    let text =
        panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    tracing::error!(panic = text.unwrap_or("not a text"), "a handler panicked; the client gets a 500");
    Failure::from(Error::internal("PANIC", "Internal error.")).into_response()
}

#[cfg(test)]
mod tests {
    use http_body_util::BodyExt;

    use super::*;

    #[tokio::test]
    async fn the_words_of_a_panic_stay_inside() {
        let response = panicked(Box::new("index out of bounds: secret"));
        assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
        let body = response.into_body().collect().await.unwrap().to_bytes();
        assert!(!body.windows(6).any(|bytes| bytes == b"secret"), "{body:?}");
    }
}
