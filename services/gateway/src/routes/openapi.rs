use std::sync::LazyLock;

use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;

use super::groups;
use crate::openapi;

static DOCUMENT: LazyLock<Bytes> = LazyLock::new(|| openapi::document(&groups()).to_string().into());

/// `GET /api/0/openapi.json`: the description of the API, the same for everybody.
pub(crate) async fn openapi() -> Response {
    let json = HeaderValue::from_static("application/json");
    ([(header::CONTENT_TYPE, json)], DOCUMENT.clone()).into_response()
}
