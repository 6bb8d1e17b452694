//! JSON that the service that owns the data has written; it is passed through unchanged.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

/// One document.
pub(crate) fn one(status: StatusCode, json: impl Into<Vec<u8>>) -> Response {
    let json_type = HeaderValue::from_static("application/json");
    (status, [(header::CONTENT_TYPE, json_type)], json.into()).into_response()
}

/// A list of documents.
pub(crate) fn list<T: AsRef<[u8]>>(documents: impl IntoIterator<Item = T>) -> Response {
    let mut json = vec![b'['];
    for (position, document) in documents.into_iter().enumerate() {
        if position > 0 {
            json.push(b',');
        }
        json.extend_from_slice(document.as_ref());
    }
    json.push(b']');
    one(StatusCode::OK, json)
}
