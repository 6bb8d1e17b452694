//! The routes and their layers.

use axum::Router;
use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::Response;
use patchbay_domain::shortened;
use tower_http::catch_panic::CatchPanicLayer;

use crate::api::by_address;
use crate::api::error::Failure;
use crate::context::Context;
use crate::layers::cors;
use crate::layers::limits;
use crate::layers::observe;
use crate::routes;

/// The HTTP interface, without a listener. The last layer is the outermost one.
pub fn router(context: Context) -> Router {
    routes::table(&context)
        .method_not_allowed_fallback(method_not_allowed)
        .fallback(no_such_resource)
        .layer(CatchPanicLayer::custom(limits::panicked))
        .layer(from_fn_with_state(context.clone(), limits::limit))
        .layer(from_fn_with_state(context.clone(), limits::head))
        .layer(from_fn(cors::cors))
        .layer(from_fn(private))
        .layer(from_fn_with_state(context.clone(), observe::observe))
        .with_state(context)
}

async fn no_such_resource(State(context): State<Context>, parts: Parts) -> Failure {
    by_address::refuse(&parts, &context, Failure::no_such_resource())
}

async fn method_not_allowed(State(context): State<Context>, parts: Parts) -> Failure {
    let detail = format!("Method \"{}\" not allowed.", shortened(parts.method.as_str()));
    let refusal = Failure::new(StatusCode::METHOD_NOT_ALLOWED, "METHOD_NOT_ALLOWED", &detail);
    by_address::refuse(&parts, &context, refusal)
}

/// Answers are private to the caller unless they set `Cache-Control` themselves; their content type is not guessed.
async fn private(request: Request, next: Next) -> Response {
    const HEADERS: [(HeaderName, HeaderValue); 2] = [
        (header::VARY, HeaderValue::from_static("Authorization, Cookie, Origin")),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    ];
    let mut response = next.run(request).await;
    response.headers_mut().entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response.headers_mut().extend(HEADERS);
    response
}
