use std::sync::LazyLock;

use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;

use crate::api::access::ANYONE;
use crate::api::openapi;
use crate::api::operation::{Operation, get};
use crate::routes::groups;

static DOCUMENT: LazyLock<Bytes> = LazyLock::new(|| openapi::document(&groups()).to_string().into());

pub(super) fn operation() -> Operation {
    get("openapi", "/api/0/openapi.json", openapi).does("Describe the API").by(ANYONE).answers_json(200)
}

/// The same document for every caller.
async fn openapi() -> Response {
    let json = HeaderValue::from_static("application/json");
    ([(header::CONTENT_TYPE, json)], DOCUMENT.clone()).into_response()
}
