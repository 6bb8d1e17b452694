//! The page between a form and the tracker.

use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::Response;
use url::Url;

use super::document::{Allows, document};
use crate::pages::html::escape;

const REFRESH: HeaderName = HeaderName::from_static("refresh");

/// Goes to the tracker. A redirect would not do after a form: `form-action 'self'` also holds for the redirects that follow one.
pub(crate) fn leave_page(tracker: &Url) -> Response {
    let host = escape(tracker.host_str().unwrap_or_default());
    let content = format!("<p><a href=\"{}\">Continue at {host}</a></p>", escape(tracker.as_str()));
    let mut response = document(StatusCode::OK, "Continue at the tracker", &content, Allows::Nothing);
    if let Ok(value) = HeaderValue::try_from(format!("0;url={tracker}")) {
        response.headers_mut().insert(REFRESH, value);
    }
    response
}
