//! The page for a setup that cannot go on.

use axum::http::StatusCode;
use axum::response::Response;

use super::document::{Allows, document};
use crate::pages::html::escape;

/// Shows why. `again` is the address of the setup, if another attempt makes sense.
pub(crate) fn error_page(status: StatusCode, why: &str, again: Option<&str>) -> Response {
    let mut content = format!("<p role=\"alert\">{}</p>", escape(why));
    if let Some(address) = again {
        content.push_str(&format!("<p><a href=\"{}\">Try again</a></p>", escape(address)));
    }
    document(status, "Setup Error", &content, Allows::Nothing)
}
