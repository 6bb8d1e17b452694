//! The URL of a component's request: the host of the webhook URL, and the path that the component names.

use url::Url;

use crate::{Error, Result};

/// The error message for an invalid path.
pub const NO_PATH: &str = "Invalid URI: must be a relative path starting with '/'.";

const LONGEST: usize = 2000;

/// Whether this is a path that cannot lead to another host.
pub fn is_path(uri: &str) -> bool {
    uri.starts_with('/')
        && !uri.starts_with("//")
        && !uri.chars().any(|c| c == '@' || c == '\\' || c.is_control())
        && uri.len() <= LONGEST
}

/// Replaces path and query of the webhook URL by this path, and adds `pairs` to its query.
///
/// # Errors
/// `WEBHOOK_URL_MISSING`, `URI_INVALID`, `URI_CHANGES_HOST`.
pub fn component_url(webhook_url: &str, uri: &str, pairs: &[(String, String)]) -> Result<String> {
    let misconfigured = || Error::invalid("WEBHOOK_URL_MISSING", "Sentry app webhook_url is not configured");
    let base = Url::parse(webhook_url).map_err(|_| misconfigured())?;
    let foreign = || Error::invalid("URI_CHANGES_HOST", "URI must not alter the webhook host");
    let mut url = base.join(uri).map_err(|_| foreign())?;
    if url.origin() != base.origin() || !url.username().is_empty() || url.password().is_some() {
        return Err(foreign());
    }
    if !is_path(uri) {
        return Err(Error::invalid("URI_INVALID", NO_PATH));
    }
    if !pairs.is_empty() {
        url.query_pairs_mut().extend_pairs(pairs);
    }
    url.set_fragment(None);
    Ok(url.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOOK: &str = "https://app.example:8443/hook?token=1";

    #[test]
    fn the_path_is_the_components_and_the_host_is_the_webhooks() {
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let cases = [
            ("/options", vec![], "https://app.example:8443/options"),
            ("/a/b?x=1#top", vec![pair("query", "é &")], "https://app.example:8443/a/b?x=1&query=%C3%A9+%26"),
            ("/../x", vec![pair("a", "1"), pair("b", "")], "https://app.example:8443/x?a=1&b="),
        ];
        for (uri, pairs, expected) in cases {
            assert_eq!(component_url(HOOK, uri, &pairs).unwrap(), expected, "{uri}");
        }
    }

    #[test]
    fn a_path_that_could_lead_to_another_host_is_refused() {
        for uri in ["", "x", "/@evil.example", "/a\r\nb", "?x", "https://app.example:8443/x"] {
            assert_eq!(component_url(HOOK, uri, &[]).unwrap_err().reason, "URI_INVALID", "{uri:?}");
        }
        for uri in [
            "//evil.example/x",
            "https://evil.example",
            "/\\evil",
            "http://app.example:8443/x",
            "//app.example/x",
        ] {
            let error = component_url(HOOK, uri, &[]).unwrap_err();
            assert_eq!(error.message, "URI must not alter the webhook host", "{uri:?}");
        }
        assert_eq!(component_url("", "/x", &[]).unwrap_err().reason, "WEBHOOK_URL_MISSING");
    }

    proptest::proptest! {
        #[test]
        fn no_path_leads_to_another_host(uri in "\\PC*") {
            if let Ok(url) = component_url(HOOK, &uri, &[]) {
                proptest::prop_assert!(url.starts_with("https://app.example:8443/"), "{url}");
            }
        }
    }
}
