//! The page from which a browser was sent to sign in, and to which it returns.

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::session_cookie::transport;
use crate::context::Context;
use patchbay_edge::credentials;

/// The name of the cookie. It is read at the end of the sign-in.
const COOKIE: &str = "patchbay_return";

/// The time that signing in may take.
const LIFETIME_SECONDS: u32 = 600;

const SIGN_IN: HeaderValue = HeaderValue::from_static("/auth/sign-in/");

/// Sends a browser to sign in. After that it returns to this path.
pub(crate) fn sent_to_sign_in(context: &Context, path: &str) -> Response {
    let mut response = (StatusCode::SEE_OTHER, [(header::LOCATION, SIGN_IN)]).into_response();
    if is_page(path) {
        let cookie = cookie(context, path, LIFETIME_SECONDS);
        response.headers_mut().extend(cookie.map(|cookie| (header::SET_COOKIE, cookie)));
    }
    response
}

/// Where a browser goes after signing in, if it was sent to it.
pub(super) fn returned_to(headers: &HeaderMap) -> Option<HeaderValue> {
    let path = credentials::cookie(headers, COOKIE)?;
    Some(path.expose()).filter(|path| is_page(path)).and_then(|path| HeaderValue::from_str(path).ok())
}

/// The cookie that replaces the one of this browser by none.
pub(super) fn forgotten(context: &Context, headers: &HeaderMap) -> Option<HeaderValue> {
    credentials::cookie(headers, COOKIE).and_then(|_| cookie(context, "", 0))
}

/// Whether it is the path of a page of this site. Another site on the same domain may have set the cookie.
fn is_page(path: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_/".contains(&byte);
    let is_below = ["/organizations/", "/extensions/"].iter().any(|start| path.starts_with(start));
    is_below && !path.contains("//") && path.bytes().all(is_plain)
}

/// `Lax`, because the browser comes from a page of the identity provider.
fn cookie(context: &Context, path: &str, seconds: u32) -> Option<HeaderValue> {
    let transport = transport(context);
    let text = format!("{COOKIE}={path}; Max-Age={seconds}; Path=/auth/; HttpOnly; SameSite=Lax{transport}");
    HeaderValue::from_str(&text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_pages_of_this_site_are_returned_to() {
        for page in ["/organizations/acme/integrations/jira_server/setup/", "/extensions/jira-server/setup/"]
        {
            assert!(is_page(page), "{page}");
        }
        for other in [
            "",
            "/",
            "//evil.example/organizations/",
            "https://evil.example/",
            "/organizations//evil.example/",
            "/organizations/\\evil.example",
            "/organizations/acme/?next=x",
            "/organizations/a;b",
            "/organizations/%0d%0a",
            "/auth/sign-out/",
        ] {
            assert!(!is_page(other), "{other}");
        }
    }
}
