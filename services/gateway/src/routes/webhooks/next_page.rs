//! Pages of lists whose cursor comes from the webhook sender.

use axum::http::{HeaderName, HeaderValue, header};
use axum::response::AppendHeaders;
use patchbay_domain::Error;

use crate::api::query::Query;
use crate::context::Context;

/// The `Link` header that leads to the next page, whose cursor is the log's own.
pub(super) fn link(
    context: &Context,
    path: &str,
    query: &Query,
    next_page: &str,
) -> AppendHeaders<Option<(HeaderName, HeaderValue)>> {
    let has_more = !next_page.is_empty();
    let base = context.config.base_url();
    let query = query.with("cursor", next_page);
    let link =
        format!("<{base}{path}?{query}>; rel=\"next\"; results=\"{has_more}\"; cursor=\"{next_page}\"");
    AppendHeaders(HeaderValue::from_str(&link).ok().map(|link| (header::LINK, link)))
}

/// `per_page`, as many as usual without it.
pub(super) fn page_limit(query: &Query) -> patchbay_domain::Result<i32> {
    let Some(text) = query.get("per_page") else { return Ok(0) };
    let size = text.parse().ok().filter(|size| (1..=100).contains(size));
    size.ok_or_else(|| Error::invalid("INVALID_PAGE", "Invalid per_page value. Must be between 1 and 100."))
}
