//! What all pages of a setup share.

use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};

use crate::pages::html::escape;

/// A page may do this besides showing text.
#[derive(Debug, Clone, Copy)]
pub(super) enum Allows<'a> {
    Nothing,
    /// Send a form to this site.
    Form,
    /// Run the script with this nonce.
    Script(&'a str),
}

impl Allows<'_> {
    fn policy(self) -> String {
        let more = match self {
            Self::Nothing => "form-action 'none'".to_owned(),
            Self::Form => "form-action 'self'".to_owned(),
            Self::Script(nonce) => format!("form-action 'none'; script-src 'nonce-{nonce}'"),
        };
        format!("default-src 'none'; {more}; frame-ancestors 'none'; base-uri 'none'")
    }

    /// With `no-referrer`, browsers send a form with `Origin: null` on plain HTTP, and the gateway takes it for one of another site.
    /// `same-origin` hides the address from other sites as well.
    fn referrer(self) -> HeaderValue {
        HeaderValue::from_static(if matches!(self, Self::Form) { "same-origin" } else { "no-referrer" })
    }
}

/// A page with a title, which is escaped, and content, which is markup.
///
/// It sends no `Cross-Origin-Opener-Policy`, with which the last page would not find the page that opened it.
pub(super) fn document(status: StatusCode, title: &str, content: &str, allows: Allows<'_>) -> Response {
    let title = escape(title);
    let html = format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width\"><title>{title}</title></head>\
         <body><main><h1>{title}</h1>{content}</main></body></html>\n"
    );
    let policy = HeaderValue::try_from(allows.policy()).unwrap_or(HeaderValue::from_static("sandbox"));
    let headers: [(HeaderName, HeaderValue); 4] = [
        (header::CONTENT_SECURITY_POLICY, policy),
        (header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
        (header::REFERRER_POLICY, allows.referrer()),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    (status, headers, Html(html)).into_response()
}
