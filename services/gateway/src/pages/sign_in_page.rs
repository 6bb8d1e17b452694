//! The pages of signing in. The secret of a link stays in the address; nothing from outside is written into the pages.

use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};

/// Asks before the link is used, because programs that preview links open them too.
pub(crate) fn confirm() -> Response {
    let form = r#"<form method="post"><button>Sign in</button></form>"#;
    page(StatusCode::OK, "Sign in to Patchbay", form)
}

/// The ways to sign in.
pub(crate) fn options(oidc_label: Option<&str>) -> Response {
    let links = "<p>Open the sign-in link that you were given.</p>";
    let content = match oidc_label {
        Some(label) => format!("<p><a href=\"/auth/oidc/\">Sign in with {}</a></p>{links}", escaped(label)),
        None => links.to_owned(),
    };
    page(StatusCode::OK, "Sign in to Patchbay", &content)
}

/// The label comes from the operator and is not markup.
fn escaped(text: &str) -> String {
    let entity = |c| match c {
        '&' => "&amp;".to_owned(),
        '<' => "&lt;".to_owned(),
        '>' => "&gt;".to_owned(),
        '"' => "&quot;".to_owned(),
        other => String::from(other),
    };
    text.chars().map(entity).collect()
}

/// Shows why the sign-in failed.
pub(crate) fn refused(status: StatusCode, why: &'static str) -> Response {
    page(status, "Not signed in", why)
}

fn page(status: StatusCode, title: &str, content: &str) -> Response {
    let html = format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width\"><title>{title}</title></head>\
         <body><main><h1>{title}</h1>{content}</main></body></html>\n"
    );
    (status, HEADERS, Html(html)).into_response()
}

/// No script, no foreign content, no frame, and no referrer for other sites.
const HEADERS: [(HeaderName, HeaderValue); 4] = [
    (
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(
            "default-src 'none'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
        ),
    ),
    (header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
    // `no-referrer` would also hide from the gateway that the button was pressed on its own page.
    (header::REFERRER_POLICY, HeaderValue::from_static("same-origin")),
    (HeaderName::from_static("cross-origin-opener-policy"), HeaderValue::from_static("same-origin")),
];
