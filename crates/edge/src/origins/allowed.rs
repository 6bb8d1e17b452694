//! Whether an origin is among those an app lists.

use url::Url;

/// An entry is a whole origin, or a host with or without a port, which then holds for every scheme.
pub(super) fn is_allowed(origin: &str, allowed: &[String]) -> bool {
    let Ok(url) = Url::parse(origin) else { return false };
    let Some(host) = url.host_str() else { return false };
    let with_port = url.port().map(|port| format!("{host}:{port}"));
    allowed.iter().any(|entry| {
        let entry = entry.trim_end_matches('/').to_ascii_lowercase();
        if entry.contains("://") {
            return Url::parse(&entry).is_ok_and(|entry| entry.origin() == url.origin());
        }
        entry == host || with_port.as_deref() == Some(entry.as_str())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_allowed_by_itself_or_by_its_host() {
        let cases = [
            ("https://app.example", "https://app.example", true),
            ("https://app.example", "https://APP.example/", true),
            ("https://app.example:443", "https://app.example", true),
            ("https://app.example:8443", "https://app.example", false),
            ("http://app.example", "https://app.example", false),
            ("http://app.example", "app.example", true),
            ("https://app.example:8443", "app.example", true),
            ("https://app.example:8443", "app.example:8443", true),
            ("https://app.example:8443", "app.example:8444", false),
            ("https://evil-app.example", "app.example", false),
            ("https://app.example.evil.example", "app.example", false),
            ("https://app.example", "", false),
            ("app.example", "app.example", false),
            ("data:text/plain,x", "data:text/plain,x", false),
        ];
        for (origin, entry, expected) in cases {
            assert_eq!(is_allowed(origin, &[entry.to_owned()]), expected, "{origin} by {entry}");
        }
        assert!(!is_allowed("https://app.example", &[]));
    }
}
