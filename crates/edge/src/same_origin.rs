//! Whether a browser sends a request for one of our own pages.

use axum::http::{HeaderMap, header};
use url::{Origin, Url};

/// The page for which a browser sends a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sender {
    /// One of our pages, or the person themselves.
    Ours,
    /// A page of another site.
    Foreign,
    /// Not a current browser, or one that does not send the headers.
    Unknown,
}

/// Reads it from headers that pages cannot set themselves. `Sec-Fetch-Site` is the browser's own verdict and
/// decides where it is sent; browsers leave it out on plain HTTP, where `Origin` is compared.
pub fn sender(headers: &HeaderMap, public_url: &Url) -> Sender {
    let text = |name: header::HeaderName| headers.get(name).map(|value| value.to_str().unwrap_or("null"));
    if let Some(site) = text(header::HeaderName::from_static("sec-fetch-site")) {
        return if matches!(site, "same-origin" | "none") { Sender::Ours } else { Sender::Foreign };
    }
    let Some(origin) = text(header::ORIGIN) else { return Sender::Unknown };
    let Ok(origin) = Url::parse(origin) else { return Sender::Foreign };
    let origin = origin.origin();
    let is_where_we_were_reached =
        || authority(&origin).is_some_and(|authority| text(header::HOST) == Some(&authority));
    if origin == public_url.origin() || is_where_we_were_reached() { Sender::Ours } else { Sender::Foreign }
}

/// `host:port` as a browser writes it into `Host`: without the port that goes without saying.
fn authority(origin: &Origin) -> Option<String> {
    origin.ascii_serialization().split_once("://").map(|(_, authority)| authority.to_owned())
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn the_sender_is_derived_from_the_headers_of_the_browser() {
        let cases: [(&[(&'static str, &str)], Sender); 11] = [
            (&[("sec-fetch-site", "same-origin")], Sender::Ours),
            (&[("sec-fetch-site", "none")], Sender::Ours),
            (&[("sec-fetch-site", "same-site")], Sender::Foreign),
            (&[("sec-fetch-site", "cross-site"), ("origin", "https://patchbay.example")], Sender::Foreign),
            (&[("origin", "https://patchbay.example")], Sender::Ours),
            (&[("origin", "https://patchbay.example:8443")], Sender::Foreign),
            (&[("origin", "http://10.0.0.7:8080"), ("host", "10.0.0.7:8080")], Sender::Ours),
            (&[("origin", "http://evil.example"), ("host", "10.0.0.7:8080")], Sender::Foreign),
            (&[("origin", "null"), ("host", "null")], Sender::Foreign),
            (&[("origin", "data:text/plain,x")], Sender::Foreign),
            (&[("host", "patchbay.example")], Sender::Unknown),
        ];
        let public_url = Url::parse("https://patchbay.example/").unwrap();
        for (given, expected) in cases {
            let headers = given
                .iter()
                .map(|(name, value)| {
                    (header::HeaderName::from_static(name), HeaderValue::from_str(value).unwrap())
                })
                .collect();
            assert_eq!(sender(&headers, &public_url), expected, "{given:?}");
        }
    }
}
