//! Whether an origin is among those an app lists.

use std::collections::HashSet;

use url::{Origin, Url};

/// The origins that an app lists, parsed once. An entry is a whole origin, or a host with or without a port, which then
/// holds for every scheme.
#[derive(Default)]
pub(super) struct Allowed {
    origins: HashSet<Origin>,
    hosts: HashSet<String>,
}

impl Allowed {
    pub(super) fn new(entries: &[String]) -> Self {
        let mut allowed = Self::default();
        for entry in entries {
            let entry = entry.trim_end_matches('/').to_ascii_lowercase();
            if !entry.contains("://") {
                allowed.hosts.insert(entry);
            } else if let Ok(url) = Url::parse(&entry) {
                allowed.origins.insert(url.origin());
            }
        }
        allowed
    }

    pub(super) fn contains(&self, origin: &str) -> bool {
        let Ok(url) = Url::parse(origin) else { return false };
        let Some(host) = url.host_str() else { return false };
        self.hosts.contains(host)
            || self.origins.contains(&url.origin())
            || url.port().is_some_and(|port| self.hosts.contains(&format!("{host}:{port}")))
    }
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
            assert_eq!(Allowed::new(&[entry.to_owned()]).contains(origin), expected, "{origin} by {entry}");
        }
        assert!(!Allowed::default().contains("https://app.example"));
    }
}
