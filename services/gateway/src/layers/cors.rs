//! Cross-origin headers, so that pages of an app can use the API with its token.
//!
//! Cookies are excluded: `Access-Control-Allow-Credentials` is not sent, so a foreign page cannot use a session.

use axum::extract::Request;
use axum::http::{HeaderValue, Method, header};
use axum::middleware::Next;
use axum::response::{AppendHeaders, Response};
use axum::routing::{self, MethodRouter};

use crate::api::error::PrivateResponse;
use crate::context::Context;
use patchbay_edge::origins::origin;

/// Seconds for which a browser may remember what is allowed.
const REMEMBERED: HeaderValue = HeaderValue::from_static("600");
/// Request headers that a page may send.
const SENT: HeaderValue = HeaderValue::from_static(
    "Accept, Authorization, Content-Type, X-Request-ID, X-Requested-With, traceparent, sentry-trace, baggage",
);
/// Response headers that a page may read, beside those that every page may read.
const READ: HeaderValue = HeaderValue::from_static("Link, Retry-After, X-Request-ID");

/// Answers preflight requests, and lets pages read answers to requests with a token.
pub(crate) async fn cors(request: Request, next: Next) -> Response {
    let is_preflight = request.method() == Method::OPTIONS;
    let has_token = request.headers().contains_key(header::AUTHORIZATION);
    let origin = origin(request.headers())
        .filter(|_| request.uri().path().starts_with("/api/"))
        .and_then(|origin| HeaderValue::from_str(origin).ok());
    let mut response = next.run(request).await;
    let Some(origin) = origin else { return response };
    if let Some(methods) = response.headers().get(header::ALLOW).filter(|_| is_preflight).cloned() {
        allow(&mut response, origin);
        let headers = response.headers_mut();
        headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, methods);
        headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, SENT);
        headers.insert(header::ACCESS_CONTROL_MAX_AGE, REMEMBERED);
    } else if has_token && response.extensions().get::<PrivateResponse>().is_none() {
        allow(&mut response, origin);
    }
    response
}

/// The handler of `OPTIONS` for a path with these methods.
pub(crate) fn options(methods: &[Method]) -> MethodRouter<Context> {
    let mut names: Vec<_> = methods.iter().map(Method::as_str).collect();
    if methods.contains(&Method::GET) {
        names.push("HEAD");
    }
    names.push("OPTIONS");
    let allow = HeaderValue::from_str(&names.join(", ")).map(|names| (header::ALLOW, names)).ok();
    routing::options(async move || AppendHeaders(allow))
}

fn allow(response: &mut Response, origin: HeaderValue) {
    let headers = response.headers_mut();
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, READ);
}
