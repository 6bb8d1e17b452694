//! Small pages at the addresses that events contain. Their content comes from outside and is escaped.

use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use patchbay_domain::invisible::is_invisible;

/// A page with a title and a list of facts.
pub(crate) fn facts(status: StatusCode, title: &str, facts: &[(&str, &str)]) -> Response {
    let title = escape(title);
    let rows: String = facts
        .iter()
        .map(|(name, value)| format!("<dt>{}</dt><dd>{}</dd>", escape(name), escape(value)))
        .collect();
    let html = format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width\"><title>{title}</title></head>\
         <body><main><h1>{title}</h1><dl>{rows}</dl></main></body></html>\n"
    );
    (status, HEADERS, Html(html)).into_response()
}

/// The text as content of an element or as a value in quotes.
pub(crate) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            c if is_invisible(c) => {}
            c => escaped.push(c),
        }
    }
    escaped
}

/// No script and no foreign content, in case escaping fails.
const HEADERS: [(HeaderName, HeaderValue); 2] = [
    (
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'; base-uri 'none'"),
    ),
    (header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_from_outside_is_not_markup() {
        assert_eq!(escape("\u{202e}Pay\u{200b}Pal"), "PayPal");
        assert_eq!(escape("<script>\"&'"), "&lt;script&gt;&quot;&amp;&#39;");
    }
}
